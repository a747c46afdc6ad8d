import { chmod, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { harnessStarter, runs, someone, words } from './supervisor-harness.ts';
import type { SupervisorHarness } from './supervisor-harness.ts';

const start = harnessStarter(afterEach);

/** Linux: processes whose environment has the harness's home. */
async function processesOf(h: SupervisorHarness): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const environments = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')));
  return pids.filter((_, i) => environments[i]!.includes(`HOME=${h.root}\0`));
}

describe('after a restart', () => {
  test('agents are as they were, with the same log, and go on without repeating themselves', async () => {
    const h = await start();
    const id = await h.run('say one');
    const before = { ...h.supervisor.get(id)! };
    const lines = await h.lines(id);
    await h.restart();
    expect(h.supervisor.get(id)).toEqual(before);
    expect(await h.lines(id)).toEqual(lines);
    await h.say(id, 'recall');
    expect(await h.lines(id)).toEqual([...lines, 'user: recall', 'message: say one', 'turn-end: end_turn']);
    expect(h.supervisor.timeline(id)?.logId).toBe(before.logId);
  });

  test('an agent that can resume is not asked to replay', async () => {
    const h = await start({ args: ['--resume', '--no-load'] });
    const id = await h.run('say one');
    await h.restart();
    await h.say(id, 'recall');
    expect((await h.lines(id)).at(-2)).toBe('message: say one');
  });

  test('an agent that cannot go on says that it does not remember', async () => {
    const h = await start({ args: ['--no-load'] });
    const id = await h.run('say one');
    await h.restart();
    await h.say(id, 'recall');
    expect((await h.lines(id)).slice(-3)).toEqual([
      'notice: Fake could not continue its session and does not remember what was said above.',
      'message: nothing',
      'turn-end: end_turn',
    ]);
  });

  test('a turn that was stopped with the daemon is interrupted, and nothing of it runs on', async () => {
    const h = await start();
    const id = await h.create('orphan\nask Go on');
    const orphan = await h.orphan(id);
    await h.needsYou(id);
    const old = await h.restart();
    expect(await runs(orphan)).toBe(false);
    expect(h.supervisor.get(id)).toMatchObject({
      state: 'interrupted',
      pending: [],
      error: expect.stringContaining('stopped'),
    });
    expect((await h.lines(id)).slice(-2)).toEqual(['permission-answer: nobody', 'turn-end: interrupted']);
    await expect(old.prompt(id, words('hi'), someone)).rejects.toMatchObject({ code: 'interrupted' });
  });

  test('a damaged agent is listed with the reason, and the others work', async () => {
    const h = await start();
    const [log, record, fine] = [await h.run('say a'), await h.run('say b'), await h.run('say c')];
    await h.supervisor.stop('stop');
    const path = join(h.root, 'agents', log, 'timeline.jsonl');
    await writeFile(path, (await readFile(path, 'utf8')).replace('"turn-end"', '"turn-"end"'));
    await writeFile(join(h.root, 'agents', record, 'agent.json'), '{"format":');
    await h.restart();
    expect(h.supervisor.get(log)).toMatchObject({
      state: 'failed',
      title: 'say a',
      error: expect.stringContaining(path),
    });
    expect(h.supervisor.get(record)).toMatchObject({ state: 'failed', error: expect.stringContaining('agent.json') });
    expect(h.supervisor.timeline(log)).toBeUndefined();
    await expect(h.supervisor.prompt(log, words('hi'), someone)).rejects.toMatchObject({ code: 'agent_failed' });
    await h.say(fine, 'recall');
    expect((await h.lines(fine)).at(-2)).toBe('message: say c');
  });

  test('of a damaged agent that was left at work nothing runs on, and what it said stays', async () => {
    const h = await start();
    const ids = [await h.create('say a\nask Go on'), await h.create('say b\nask Go on')];
    for (const id of ids) await h.needsYou(id);
    await h.supervisor.stop('keep');
    const [record, queue] = ids.map((id) => join(h.folder, id));
    const hosts = await Promise.all(ids.map((id) => h.host(id)));
    await writeFile(join(record!, 'agent.json'), '{"format":');
    await writeFile(join(queue!, 'queue.json'), '{}', { mode: 0o644 });
    await chmod(join(queue!, 'queue.json'), 0o644);
    await h.restart('keep');
    expect(ids.map((id) => h.supervisor.get(id)?.state)).toEqual(['failed', 'failed']);
    for (const host of hosts) for (const pid of [host.pid, host.program.pid]) expect(await runs(pid)).toBe(false);
    expect(await readdir(record!)).toContain('journal.jsonl');
  });
});

test('stopping twice, or while everything is under way, leaves nothing running', async () => {
  const h = await start();
  for (let i = 0; i < 4; i++) {
    const id = await h.create(i % 2 === 0 ? null : 'hang');
    for (let tick = 0; tick < i * 3; tick++) await Promise.resolve();
    await h.supervisor.archive(id, true);
    expect(h.supervisor.get(id)?.state).toBe(i % 2 === 0 ? 'ready' : 'stopped');
  }
  const ids = await Promise.all([h.create(null), h.create('orphan\nhang'), h.create('say never')]);
  const orphan = await h.orphan(ids[1]);
  await Promise.all([h.supervisor.stop('stop'), h.supervisor.stop('stop')]);
  expect(await runs(orphan)).toBe(false);
  expect(await processesOf(h)).toEqual([]);
  await h.supervisor.stop('stop');
  const records = await Promise.all(ids.map((id) => readFile(join(h.root, 'agents', id, 'agent.json'), 'utf8')));
  for (const record of records) expect(JSON.parse(record)).toMatchObject({ host: null });
  const after = h.supervisor.create({ provider: 'fake', cwd: h.cwd, prompt: null, by: someone });
  await expect(after).rejects.toMatchObject({ code: 'interrupted' });
});

test('when too many run, the one that was idle longest makes room', async () => {
  const h = await start({ maxRunning: 2 });
  const ids = [await h.run('say a'), await h.run('say b'), await h.run('say c')];
  const running = async () => {
    const records = ids.map((id) => readFile(join(h.folder, id, 'agent.json'), 'utf8'));
    return (await Promise.all(records)).map((text) => (JSON.parse(text) as { host: unknown }).host !== null);
  };
  await expect.poll(running).toEqual([false, true, true]);
  await h.say(ids[0]!, 'recall');
  expect((await h.lines(ids[0]!)).at(-2)).toBe('message: say a');
  const working = await Promise.all([h.create('hang'), h.create('hang')]);
  for (const id of working) await h.until(id, ({ state }) => state === 'working');
  await h.say(ids[0]!, 'say no');
  expect(h.supervisor.get(ids[0]!)).toMatchObject({ state: 'failed', error: expect.stringContaining('maxRunning') });
});
