import { afterEach, describe, expect, it } from 'vitest';
import type { HarnessOptions, SupervisorHarness } from '../../src-main/daemon/agents/supervisor-harness.ts';
import { answerOf, oddHarness } from './odd-harness.ts';

let harness: SupervisorHarness;
afterEach(() => harness.close());

async function firstTurn(args: string[], options: HarnessOptions = {}): Promise<string> {
  harness = await oddHarness(args, options);
  return harness.run('hello');
}

const answered = ['message: You said: hello said', 'turn-end: end_turn'];

describe('an agent that starts oddly', () => {
  for (const code of [0, 1, 7])
    it(`and ends with exit code ${code} before it says anything: the turn fails with that code`, async () => {
      const id = await firstTurn(['--exit', String(code)]);
      expect(harness.supervisor.get(id)).toMatchObject({
        state: 'failed',
        error: expect.stringContaining(`exit code ${code}`),
      });
      expect(await answerOf(harness, id)).toEqual(['turn-end: failed']);
    });

  it('and takes 2 s is waited for', async () => {
    const id = await firstTurn(['--slow', '2000']);
    expect(await answerOf(harness, id)).toEqual(answered);
  });

  it('and never answers is given up, with words', async () => {
    const id = await firstTurn(['--silent'], { hurry: 60 });
    expect(harness.supervisor.get(id)).toMatchObject({
      state: 'failed',
      error: expect.stringMatching(/not ready after/),
    });
  });

  it('and never answers can be cancelled', async () => {
    harness = await oddHarness(['--silent']);
    const id = await harness.create('hello');
    await harness.entry(id, (body) => body.kind === 'user');
    const begun = performance.now();
    await harness.supervisor.cancel(id);
    await harness.rest(id);
    expect(performance.now() - begun).toBeLessThan(2500);
    expect(await answerOf(harness, id)).toEqual(['turn-end: cancelled']);
  });

  it('and speaks another version of the protocol is refused, with both versions', async () => {
    const id = await firstTurn(['--version-99']);
    expect(harness.supervisor.get(id)?.error).toMatch(/version 99 .* version 1/);
  });

  for (const code of ['-32603', '42', '0', '1e300'])
    it(`and refuses with error code ${code}: its words are shown`, async () => {
      const id = await firstTurn([`--refuse=${code}`]);
      expect(harness.supervisor.get(id)).toMatchObject({
        state: 'failed',
        error: expect.stringContaining('not today'),
      });
    });

  it('and opens a session without a name: that is said', async () => {
    const id = await firstTurn(['--no-session']);
    expect(harness.supervisor.get(id)).toMatchObject({ state: 'failed', error: expect.stringMatching(/ACP/) });
  });

  it('and dies right after: every message says so, and tries it again', async () => {
    const id = await firstTurn(['--die-after-session']);
    expect(harness.supervisor.get(id)).toMatchObject({
      state: 'failed',
      error: expect.stringContaining('exit code 3'),
    });
    await harness.say(id, 'again');
    expect(await answerOf(harness, id, 2)).toContain('turn-end: failed');
  });

  it('and prints things that are no protocol works all the same', async () => {
    const id = await firstTurn(['--noise']);
    expect(await answerOf(harness, id)).toEqual(answered);
  });
});
