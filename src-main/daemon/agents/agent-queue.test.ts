import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { MAX_QUEUED_PROMPTS } from '../../../src-shared/limits.ts';
import { harnessStarter, someone, words } from './supervisor-harness.ts';
import type { SupervisorHarness } from './supervisor-harness.ts';

const start = harnessStarter(afterEach);

/** An agent that waits to be told what it may do, with `prompts` behind that turn. */
async function busy(h: SupervisorHarness, ...prompts: string[]): Promise<{ id: string; queued: string[] }> {
  const id = await h.create('ask Go on');
  await h.needsYou(id);
  const queued: string[] = [];
  for (const prompt of prompts) {
    const { seq, queuedId } = await h.supervisor.prompt(id, words(prompt), someone);
    expect(seq).toBeNull();
    queued.push(queuedId!);
  }
  return { id, queued };
}

async function allow(h: SupervisorHarness, id: string): Promise<void> {
  const { pending } = await h.needsYou(id);
  await h.supervisor.answerPermission(id, pending[0]!.requestId, 'yes', someone);
}

const queueOf = (h: SupervisorHarness, id: string) =>
  h.supervisor
    .detail(id)!
    .get()
    .queue.map(({ text }) => text);
/** Of a turn whose prompt is "say later". */
const later = ['user: say later', 'message: later', 'turn-end: end_turn'];
const done = (h: SupervisorHarness, id: string) =>
  h.until(id, ({ state, queued }) => state !== 'working' && state !== 'starting' && queued === 0);

describe('messages that come while a turn runs', () => {
  test('are seen, changed and removed, and go one at a time', async () => {
    const h = await start();
    const { id, queued } = await busy(h, 'say one', 'say two', 'say three');
    expect(h.supervisor.get(id)).toMatchObject({ queued: 3 });
    await h.supervisor.editQueued(id, queued[0]!, 'say first');
    await h.supervisor.removeQueued(id, queued[1]!);
    expect(queueOf(h, id)).toEqual(['say first', 'say three']);
    expect(h.supervisor.detail(id)!.get()).toMatchObject({ queuePaused: false, queue: [{ by: someone }, {}] });
    await allow(h, id);
    await done(h, id);
    await h.entry(id, (body) => body.kind === 'message' && body.text === 'three');
    await h.rest(id);
    expect((await h.lines(id)).slice(4)).toEqual([
      'message: chosen: allow_once',
      'turn-end: end_turn',
      'user: say first',
      'message: first',
      'turn-end: end_turn',
      'user: say three',
      'message: three',
      'turn-end: end_turn',
    ]);
    for (const change of [h.supervisor.removeQueued(id, queued[0]!), h.supervisor.editQueued(id, queued[1]!, 'x')]) {
      await expect(change).rejects.toMatchObject({ code: 'not_found' });
    }
  });

  test('keep their files, which the agent gets with them', async () => {
    const h = await start({ args: ['--rich'] });
    const { id } = await busy(h);
    const file = { uploadId: 'abcdefghijklmnop', name: 'notes.txt', mimeType: 'text/plain', size: 5, offset: 0 };
    const { attachment } = await h.uploads.put('owner', { ...file, data: Buffer.from('notes').toString('base64') });
    await writeFile(join(h.cwd, 'plan.md'), '');
    const input = { text: 'blocks', attachments: [attachment!.id], mentions: ['plan.md'] };
    await h.supervisor.prompt(id, input, someone);
    expect(h.supervisor.detail(id)!.get().queue).toMatchObject([{ attachments: [attachment], mentions: ['plan.md'] }]);
    await allow(h, id);
    const said = await h.entry(id, (body) => body.kind === 'message' && body.text.includes('plan.md'));
    expect(said).toMatchObject({ text: expect.stringContaining('notes.txt') });
    expect(await h.entry(id, (body) => body.kind === 'user' && body.text === 'blocks')).toMatchObject({
      attachments: [attachment],
      mentions: ['plan.md'],
    });
    await h.rest(id);
    const escape = h.supervisor.prompt(id, { ...words('look'), mentions: ['../agents'] }, someone);
    await expect(escape).rejects.toMatchObject({ code: 'bad_request' });
  });

  test('are bounded in number', async () => {
    const h = await start();
    const { id } = await busy(h, ...Array.from({ length: MAX_QUEUED_PROMPTS }, (_, i) => `say ${i}`));
    const oneMore = h.supervisor.prompt(id, words('say no'), someone);
    await expect(oneMore).rejects.toMatchObject({ code: 'too_many' });
    expect(queueOf(h, id)).toHaveLength(MAX_QUEUED_PROMPTS);
  });

  test('are refused when they cannot be saved', async () => {
    const h = await start();
    const { id } = await busy(h);
    await rm(join(h.folder, id), { recursive: true });
    const lost = h.supervisor.prompt(id, words('say lost'), someone);
    await expect(lost).rejects.toMatchObject({ code: 'not_saved' });
    expect(queueOf(h, id)).toEqual([]);
  });
});

describe('a queue', () => {
  test.each(['cancel', 'crash'])(
    'waits after a turn that did not end well (%s) until a person goes on',
    async (how) => {
      const h = await start();
      const id = await h.create(how === 'cancel' ? 'hang' : 'ask Go on\ncrash 1');
      await h.until(id, ({ state }) => state === (how === 'cancel' ? 'working' : 'needs-you'));
      await h.supervisor.prompt(id, words('say next'), someone);
      if (how === 'cancel') await h.supervisor.cancel(id);
      else await allow(h, id);
      await h.rest(id);
      expect(h.supervisor.detail(id)!.get()).toMatchObject({ queuePaused: true, queue: [{ text: 'say next' }] });
      await h.supervisor.resumeQueue(id);
      await done(h, id);
      expect((await h.lines(id)).slice(-3)).toEqual(['user: say next', 'message: next', 'turn-end: end_turn']);
    },
  );

  test('goes on after a new message, which goes first', async () => {
    const h = await start();
    const id = await h.create('hang');
    await h.until(id, ({ state }) => state === 'working');
    await h.supervisor.prompt(id, words('say second'), someone);
    const cancelled = h.supervisor.cancel(id);
    const place = await h.supervisor.prompt(id, words('say first'), someone);
    expect(place).toMatchObject({ seq: expect.any(Number), queuedId: null });
    await cancelled;
    await h.entry(id, (body) => body.kind === 'message' && body.text === 'second');
    await h.rest(id);
    expect((await h.lines(id)).slice(1)).toEqual([
      'turn-end: cancelled',
      'user: say first',
      'message: first',
      'turn-end: end_turn',
      'user: say second',
      'message: second',
      'turn-end: end_turn',
    ]);
  });

  test('is there again after a restart, and waits when the turn was cut', async () => {
    const h = await start();
    const { id, queued } = await busy(h, 'say later');
    await h.restart();
    expect(h.supervisor.get(id)).toMatchObject({ state: 'interrupted', queued: 1 });
    expect(h.supervisor.detail(id)!.get()).toMatchObject({ queuePaused: true, queue: [{ id: queued[0] }] });
    await h.supervisor.resumeQueue(id);
    await done(h, id);
    expect((await h.lines(id)).slice(-3)).toEqual(later);
    const file = JSON.parse(await readFile(join(h.folder, id, 'queue.json'), 'utf8')) as unknown;
    expect(file).toMatchObject({ waiting: [] });
  });

  test('goes on in a new daemon when the turn does', async () => {
    const h = await start();
    const { id } = await busy(h, 'say later');
    await h.restart('keep');
    expect(h.supervisor.get(id)).toMatchObject({ state: 'needs-you', queued: 1 });
    await allow(h, id);
    await h.entry(id, (body) => body.kind === 'message' && body.text === 'later');
    await h.rest(id);
    expect((await h.lines(id)).slice(-4)).toEqual(['turn-end: end_turn', ...later]);
  });

  test.each(['lives', 'was ended'])(
    'goes on when the turn ended while no daemon ran, and the host %s',
    async (host) => {
      const h = await start();
      const id = await h.create('stream 30 10');
      await h.entry(id, ({ kind }) => kind === 'message');
      await h.supervisor.prompt(id, words('say later'), someone);
      await h.supervisor.stop('keep');
      await expect.poll(() => h.journal(id)).toContain('stopReason');
      if (host === 'was ended') process.kill((await h.host(id)).pid, 'SIGKILL');
      await h.restart();
      await h.entry(id, (body) => body.kind === 'message' && body.text === 'later');
      await h.rest(id);
      expect((await h.lines(id)).slice(2)).toEqual(['turn-end: end_turn', ...later]);
    },
  );
});

test('a message that the timeline could not keep whole is refused', async () => {
  const h = await start();
  const id = await h.run('say hi');
  const long = h.supervisor.prompt(id, words('\u6f22'.repeat(200_000)), someone);
  await expect(long).rejects.toMatchObject({ code: 'too_large' });
  await h.say(id, `say ${'x'.repeat(200_000)}`);
  expect(h.supervisor.get(id)).toMatchObject({ state: 'finished' });
});
