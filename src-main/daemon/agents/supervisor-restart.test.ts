import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { MAX_RUNNING_AGENTS } from '../limits.ts';
import { runs, someone, SupervisorHarness } from './supervisor-harness.ts';
import type { HarnessOptions } from './supervisor-harness.ts';

const harnesses: SupervisorHarness[] = [];
afterEach(async () => {
  for (const harness of harnesses.splice(0)) await harness.close();
});

async function start(options?: HarnessOptions): Promise<SupervisorHarness> {
  const harness = await SupervisorHarness.start(options);
  harnesses.push(harness);
  return harness;
}

/** Linux: processes whose environment has the harness's home. */
async function processesOf(h: SupervisorHarness): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const environments = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')));
  return pids.filter((_, i) => environments[i]!.includes(`HOME=${h.root}\0`));
}

async function orphanOf(h: SupervisorHarness, id: string): Promise<number> {
  const body = await h.entry(id, (one) => one.kind === 'message' && one.text.startsWith('orphan'));
  return Number(body.kind === 'message' && /\d+/.exec(body.text)?.[0]);
}

describe('after a restart', () => {
  test('agents are as they were, with the same log, and go on without repeating themselves', async () => {
    const h = await start();
    const id = await h.run('say one');
    const before = { ...h.supervisor.get(id)! };
    const lines = await h.lines(id);
    await h.restart({ kill: false });
    expect(h.supervisor.get(id)).toEqual(before);
    expect(await h.lines(id)).toEqual(lines);
    await h.say(id, 'recall');
    expect(await h.lines(id)).toEqual([...lines, 'user: recall', 'message: say one', 'turn-end: end_turn']);
    expect(h.supervisor.timeline(id)?.logId).toBe(before.logId);
  });

  test('an agent that can resume is not asked to replay', async () => {
    const h = await start({ args: ['--resume', '--no-load'] });
    const id = await h.run('say one');
    await h.restart({ kill: false });
    await h.say(id, 'recall');
    expect((await h.lines(id)).at(-2)).toBe('message: say one');
  });

  test('an agent that cannot go on says that it does not remember', async () => {
    const h = await start({ args: ['--no-load'] });
    const id = await h.run('say one');
    await h.restart({ kill: false });
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
    const orphan = await orphanOf(h, id);
    await h.needsYou(id);
    const old = await h.restart({ kill: false });
    expect(await runs(orphan)).toBe(false);
    expect(h.supervisor.get(id)).toMatchObject({
      state: 'interrupted',
      pending: [],
      error: expect.stringContaining('stopped'),
    });
    expect((await h.lines(id)).slice(-2)).toEqual(['permission-answer: nobody', 'turn-end: interrupted']);
    await expect(old.prompt(id, 'hi', someone)).rejects.toMatchObject({ code: 'interrupted' });
  });

  test('a turn that was cut by a kill is interrupted, its requests are closed and its program ended', async () => {
    const h = await start();
    const id = await h.create('orphan\nask Go on');
    const orphan = await orphanOf(h, id);
    const { pending, logId } = await h.needsYou(id);
    await expect
      .poll(async () => JSON.parse(await readFile(join(h.root, 'agents', id, 'agent.json'), 'utf8')) as unknown)
      .toMatchObject({ process: { pid: expect.any(Number) } });
    const old = await h.restart({ kill: true });
    await expect.poll(() => runs(orphan)).toBe(false);
    expect(h.supervisor.get(id)).toMatchObject({ state: 'interrupted', pending: [] });
    expect(h.supervisor.get(id)?.logId).not.toBe(logId);
    const lines = await h.lines(id);
    expect(lines.slice(-2)).toEqual(['permission-answer: nobody', 'turn-end: interrupted']);
    const answer = h.supervisor.answerPermission(id, pending[0]!.requestId, 'yes', someone);
    await expect(answer).rejects.toMatchObject({ code: 'already_answered' });
    await h.restart({ kill: false });
    expect(await h.lines(id)).toEqual(lines);
    await old.stop();
  });

  test('a damaged agent is listed with the reason, and the others work', async () => {
    const h = await start();
    const [log, record, fine] = [await h.run('say a'), await h.run('say b'), await h.run('say c')];
    await h.supervisor.stop();
    const path = join(h.root, 'agents', log, 'timeline.jsonl');
    await writeFile(path, (await readFile(path, 'utf8')).replace('"turn-end"', '"turn-"end"'));
    await writeFile(join(h.root, 'agents', record, 'agent.json'), '{"format":');
    await h.restart({ kill: false });
    expect(h.supervisor.get(log)).toMatchObject({
      state: 'failed',
      title: 'say a',
      error: expect.stringContaining(path),
    });
    expect(h.supervisor.get(record)).toMatchObject({ state: 'failed', error: expect.stringContaining('agent.json') });
    expect(h.supervisor.timeline(log)).toBeUndefined();
    await expect(h.supervisor.prompt(log, 'hi', someone)).rejects.toMatchObject({ code: 'agent_failed' });
    await h.say(fine, 'recall');
    expect((await h.lines(fine)).at(-2)).toBe('message: say c');
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
  const orphan = await orphanOf(h, ids[1]);
  await Promise.all([h.supervisor.stop(), h.supervisor.stop()]);
  expect(await runs(orphan)).toBe(false);
  expect(await processesOf(h)).toEqual([]);
  await h.supervisor.stop();
  const records = await Promise.all(ids.map((id) => readFile(join(h.root, 'agents', id, 'agent.json'), 'utf8')));
  for (const record of records) expect(JSON.parse(record)).toMatchObject({ process: null });
  const after = h.supervisor.create({ provider: 'fake', cwd: h.cwd, prompt: null, by: someone });
  await expect(after).rejects.toMatchObject({ code: 'interrupted' });
});

test('when too many run, the one that was idle longest makes room', async () => {
  const h = await start();
  const ids: string[] = [];
  for (let i = 0; i <= MAX_RUNNING_AGENTS; i++) ids.push(await h.run('say hi'));
  const running = async () => {
    const records = ids.map((id) => readFile(join(h.root, 'agents', id, 'agent.json'), 'utf8'));
    return (await Promise.all(records)).map((text) => (JSON.parse(text) as { process: unknown }).process !== null);
  };
  await expect.poll(running).toEqual([false, ...Array.from({ length: MAX_RUNNING_AGENTS }, () => true)]);
  await h.say(ids[0]!, 'recall');
  expect((await h.lines(ids[0]!)).at(-2)).toBe('message: say hi');
}, 30_000);
