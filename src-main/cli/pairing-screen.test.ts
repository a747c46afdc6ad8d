import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { Watched } from '../../src-shared/watchable.ts';
import type { ConfirmPairing, PairingState } from '../../src-shared/wire/status.ts';
import type { CliContext } from './context.ts';
import { attendPairing } from './pairing-screen.ts';

const OFFER = '0'.repeat(32);

/** A pairing window over streams, with one device at its door. */
function atTheDoor(platform: string, isTTY: boolean) {
  const stream = () => Object.assign(new PassThrough(), { isTTY });
  const [stdin, stdout, stderr] = [stream(), stream(), stream()];
  const context = { stdin, stdout, stderr, env: {}, cwd: '/', script: '', version: '1' } as unknown as CliContext;
  const pending = {
    offerId: OFFER,
    deviceName: 'Pixel',
    platform,
    digits: '123456',
    expiresAt: '2026-01-01T00:00:00Z',
  };
  const state = new Watched<PairingState>({ offers: [], pending: [pending], outcomes: [] });
  const answers: ConfirmPairing[] = [];
  const confirm = (answer: ConfirmPairing): void => {
    answers.push(answer);
    const outcome = { offerId: OFFER, at: pending.expiresAt, deviceName: 'Pixel', deviceId: null };
    state.set({ offers: [], pending: [], outcomes: [{ ...outcome, result: answer.accept ? 'paired' : 'denied' }] });
  };
  return { stdin, stderr, context, desk: { state, confirm }, answers };
}

test('a device cannot put digits of its own on the screen', async () => {
  const { stderr, context, desk } = atTheDoor(
    'x) wants to pair. Its screen must show:\n\n      999 999\n\u001b[8m',
    false,
  );
  const stop = new AbortController();
  const attending = attendPairing(desk, OFFER, stop.signal, context);
  stop.abort();
  await expect(attending).rejects.toMatchObject({ code: 'cancelled' });
  const shown = String(stderr.read());
  expect(shown.split('\n').filter((line) => /^ *\d{3} \d{3}$/.test(line))).toEqual(['      123 456']);
  expect(shown).not.toContain('\u001b');
});

test('whoever ends the input instead of answering lets nobody in', async () => {
  const { stdin, context, desk, answers } = atTheDoor('Android', true);
  stdin.end();
  const { result } = await attendPairing(desk, OFFER, new AbortController().signal, context);
  expect(result).toBe('denied');
  expect(answers).toEqual([{ offerId: OFFER, accept: false, role: 'view' }]);
});
