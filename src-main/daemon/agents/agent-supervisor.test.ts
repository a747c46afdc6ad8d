import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { AgentSummary } from '../../../src-shared/wire/agent.ts';
import { harnessStarter, runs, someone, words } from './supervisor-harness.ts';

const start = harnessStarter(afterEach);

describe('a turn', () => {
  test('is listed from its start, and its transcript says what happened', async () => {
    const h = await start();
    const states: AgentSummary['state'][] = [];
    h.supervisor.onChange(({ state }) => states.at(-1) !== state && states.push(state));
    const id = await h.create(
      'think hm\nsay one\nsay , two\nplan look; leap\ntool Read it\nupdate-only Late\nsay done',
    );
    expect(h.supervisor.list()).toMatchObject([{ id, state: 'starting', provider: 'fake', title: 'think hm' }]);
    await h.rest(id);
    expect(states).toEqual(['starting', 'working', 'finished']);
    expect(await h.lines(id)).toEqual([
      'user: think hm\nsay one\nsay , two\nplan look; leap\ntool Read it\nupdate-only Late\nsay done',
      'thought: hm',
      'message: one, two',
      'plan: look, leap',
      'tool: Read it',
      'tool-update: completed',
      'tool: Late',
      'message: done',
      'turn-end: end_turn',
    ]);
  });

  test('keeps what it does not know, and ignores rubbish between messages', async () => {
    const h = await start();
    const id = await h.run('unknown\nmode plan\nmode plan\nimage\ngarbage\nsay still here');
    expect((await h.lines(id)).slice(1)).toEqual([
      'other: hologram_update',
      'content: message attachment',
      'message: still here',
      'turn-end: end_turn',
    ]);
    expect((await h.transcript(id))[1]).toMatchObject({ data: expect.stringContaining('"colour":"blue"') });
  });

  test.each([
    ['fail out of tokens', 'failed', 'Fake reported an error: Internal error: out of tokens'],
    ['login', 'failed', 'is not logged in'],
    ['crash 3', 'failed', 'it ended unexpectedly (exit code 3); its last words: fake agent crashed. Send a message'],
    ['endless', 'failed', 'a line of more than 10 MB'],
  ])('that ends by "%s" says why', async (prompt, state, why) => {
    const h = await start();
    const id = await h.run(`say hello\n${prompt}`);
    expect(h.supervisor.get(id)).toMatchObject({ state, error: expect.stringContaining(why) });
    const end = (await h.transcript(id)).at(-1);
    expect(end).toMatchObject({ kind: 'turn-end', reason: 'failed', error: expect.stringContaining(why) });
  });

  test('goes on in the same conversation after a crash', async () => {
    const h = await start();
    const id = await h.run('crash 1');
    await h.say(id, 'recall');
    expect((await h.lines(id)).slice(2)).toEqual(['user: recall', 'message: crash 1', 'turn-end: end_turn']);
  });

  test('ends as stopped when a person cancels it, during its start and when the agent ignores it too', async () => {
    const h = await start();
    const early = await h.create('say never');
    await h.supervisor.cancel(early);
    expect(h.supervisor.get(early)).toMatchObject({ state: 'stopped', error: null });
    expect(await h.lines(early)).toEqual(['user: say never', 'turn-end: cancelled']);
    const deaf = await h.create('say now\ndeaf');
    await h.entry(deaf, ({ kind }) => kind === 'message');
    await h.supervisor.cancel(deaf);
    expect(h.supervisor.get(deaf)).toMatchObject({ state: 'stopped' });
    await h.say(deaf, 'say back');
    expect((await h.lines(deaf)).at(-2)).toBe('message: back');
  });
});

describe('a permission request', () => {
  test('waits for the first answer, which everyone sees', async () => {
    const h = await start();
    const id = await h.create('write note.txt hello');
    const { pending, state } = await h.needsYou(id);
    expect(state).toBe('needs-you');
    const [request] = pending;
    expect(request).toMatchObject({ title: 'Write note.txt', toolKind: 'edit', options: [{}, {}, {}] });
    const answer = (optionId: string | null, requestId = request!.requestId) =>
      h.supervisor.answerPermission(id, requestId, optionId, { deviceId: 'aaaaaaaa', name: 'Phone' });
    await expect(answer('maybe')).rejects.toMatchObject({ code: 'bad_request' });
    await expect(answer('yes', 'nosuch')).rejects.toMatchObject({ code: 'not_found' });
    const answers = await Promise.allSettled([answer('yes'), answer('no')]);
    expect(answers).toMatchObject([{ status: 'fulfilled' }, { reason: { code: 'already_answered' } }]);
    await h.rest(id);
    expect(await readFile(join(h.cwd, 'note.txt'), 'utf8')).toBe('hello');
    const transcript = await h.transcript(id);
    expect(transcript.find(({ kind }) => kind === 'permission-answer')).toMatchObject({
      requestId: request!.requestId,
      option: { kind: 'allow_once' },
      by: { name: 'Phone' },
    });
    expect(transcript.find(({ kind }) => kind === 'permission')).toMatchObject({ requestId: request!.requestId });
    expect(h.supervisor.get(id)?.pending).toEqual([]);
  });

  test('that is rejected does nothing', async () => {
    const h = await start();
    const id = await h.create('write note.txt hello');
    const { pending } = await h.needsYou(id);
    await h.supervisor.answerPermission(id, pending[0]!.requestId, 'no', someone);
    await h.rest(id);
    await expect(readFile(join(h.cwd, 'note.txt'))).rejects.toThrow();
  });

  test.each(['cancel', 'crash', 'withdraw'])('is closed when nobody can answer it any more: %s', async (how) => {
    const h = await start();
    const id = await h.create(how === 'withdraw' ? 'close' : 'ask Run it');
    if (how !== 'withdraw') await h.needsYou(id);
    if (how === 'cancel') await h.supervisor.cancel(id);
    if (how === 'crash') process.kill((await h.host(id)).program.pid, 'SIGKILL');
    await h.rest(id);
    expect(await h.lines(id)).toContain('permission-answer: nobody');
    expect(h.supervisor.get(id)?.pending).toEqual([]);
  });
});

describe('an agent that cannot be started', () => {
  test.each([
    ['nosuch', {}, 'There is no agent "nosuch"'],
    ['absent', { command: 'no-such-program-here' }, 'Install no-such-program-here'],
    ['off', { command: process.execPath, enabled: false }, 'switched off'],
  ])('is refused before anything is made: %s', async (provider, config, why) => {
    const h = await start({ providers: provider === 'nosuch' ? {} : { [provider]: config } });
    const creation = h.supervisor.create({ provider, cwd: h.cwd, prompt: words('hi'), by: someone });
    await expect(creation).rejects.toMatchObject({
      code: 'provider_unavailable',
      message: expect.stringContaining(why),
    });
    expect(h.supervisor.list()).toEqual([]);
  });

  test('is refused for a folder that is none', async () => {
    const h = await start();
    for (const cwd of ['project', join(h.root, 'nothing'), process.execPath, '/\0']) {
      const creation = h.supervisor.create({ provider: 'fake', cwd, prompt: null, by: someone });
      await expect(creation).rejects.toMatchObject({ code: 'bad_folder' });
    }
  });

  test.each([
    ['--start-fail', 'told not to start'],
    ['--start-login', 'not logged in'],
    ['--start-hang', 'was not ready after 120 seconds'],
  ])('fails visibly with %s', async (arg, why) => {
    const h = await start({ args: [arg], ...(arg === '--start-hang' && { hurry: 150 }) });
    const prompted = await h.run('say hi');
    expect(h.supervisor.get(prompted)).toMatchObject({ state: 'failed', error: expect.stringContaining(why) });
    const idle = await h.create(null);
    await h.rest(idle);
    expect(h.supervisor.get(idle)).toMatchObject({ state: 'failed', error: expect.stringContaining(why) });
    expect(await h.lines(idle)).toMatchObject([expect.stringContaining(why)]);
  });
});

test('an archived agent ends its program and takes no prompts until it is back', async () => {
  const h = await start();
  const id = await h.run('say hi');
  const { program } = await h.host(id);
  await h.supervisor.archive(id, true);
  expect(await runs(program.pid)).toBe(false);
  expect(h.supervisor.get(id)).toMatchObject({ archived: true, state: 'finished' });
  await expect(h.supervisor.prompt(id, words('hi'), someone)).rejects.toMatchObject({ code: 'bad_request' });
  await h.supervisor.archive(id, false);
  await h.say(id, 'recall');
  expect((await h.lines(id)).at(-2)).toBe('message: say hi');
});

test('an agent that is being archived takes no prompt any more', async () => {
  const h = await start();
  const id = await h.run('say hello');
  const archiving = h.supervisor.archive(id, true);
  await expect(h.supervisor.prompt(id, words('say late'), someone)).rejects.toMatchObject({ code: 'bad_request' });
  await archiving;
  expect(await h.lines(id)).not.toContain('user: say late');
});

test('an agent that cannot be saved is refused with the fix', async () => {
  const h = await start();
  await rm(h.folder, { recursive: true });
  const creation = h.supervisor.create({ provider: 'fake', cwd: h.cwd, prompt: words('say x'), by: someone });
  await expect(creation).rejects.toMatchObject({ code: 'not_saved', message: expect.stringContaining('ENOENT') });
  expect(h.supervisor.list()).toEqual([]);
});
