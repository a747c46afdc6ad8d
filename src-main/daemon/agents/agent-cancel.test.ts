import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { harnessStarter, runs, someone, words } from './supervisor-harness.ts';
import type { SupervisorHarness } from './supervisor-harness.ts';

const start = harnessStarter(afterEach);

/** Milliseconds that a cancel took. */
async function cancel(h: SupervisorHarness, id: string): Promise<number> {
  const from = performance.now();
  await h.supervisor.cancel(id);
  return performance.now() - from;
}

/** 2 s are promised; a machine that runs all tests at once may be late by some. */
const IN_TIME_MS = 2500;

describe('a cancel', () => {
  test('ends what the turn has started and left running, and nothing that was there before', async () => {
    const h = await start();
    const id = await h.run('orphan');
    const before = await h.orphan(id);
    const { program } = await h.host(id);
    await h.supervisor.prompt(id, words('orphan\nhang'), someone);
    const during = await h.orphan(id, before);
    expect(await cancel(h, id)).toBeLessThan(IN_TIME_MS);
    expect(await Promise.all([during, before, program.pid].map(runs))).toEqual([false, true, true]);
    expect(h.supervisor.get(id)).toMatchObject({ state: 'stopped' });
    await h.say(id, 'say fine');
    expect((await h.host(id)).program.pid).toBe(program.pid);
    expect((await h.lines(id)).at(-2)).toBe('message: fine');
  });

  test('of the first turn of a program spares what that has started for itself', async () => {
    const h = await start();
    const { command, args = [] } = h.providers['fake']!;
    const script = 'sleep 300 </dev/null >/dev/null 2>&1 & echo $! > helper; exec "$@"';
    h.alias('helped', { label: 'Helped', command: '/bin/sh', args: ['-c', script, 'sh', command!, ...args] });
    const prompt = words('orphan\nhang');
    const { agentId: id } = await h.supervisor.create({ provider: 'helped', cwd: h.cwd, prompt, by: someone });
    const orphan = await h.orphan(id);
    const helper = Number(await readFile(join(h.cwd, 'helper'), 'utf8'));
    await h.supervisor.cancel(id);
    expect(await Promise.all([orphan, helper].map(runs))).toEqual([false, true]);
    await h.supervisor.stop('stop');
    expect(await runs(helper)).toBe(false);
  });

  test('ends an agent that is starting and does not answer', async () => {
    const h = await start({ args: ['--rich'] });
    const id = await h.run('say hi');
    await h.supervisor.setOption(id, 'mode', 'plan', someone);
    await h.restart();
    await writeFile(join(h.root, 'memory', 'mute'), '');
    await h.supervisor.prompt(id, words('say never'), someone);
    await h.until(id, ({ state }) => state === 'starting');
    await vi.waitFor(() => h.host(id), 60_000);
    expect(await cancel(h, id)).toBeLessThan(IN_TIME_MS);
    expect(h.supervisor.get(id)).toMatchObject({ state: 'stopped' });
    void h.supervisor.prompt(id, words('say never'), someone);
    await h.until(id, ({ state }) => state === 'starting');
    await h.supervisor.stop('stop');
  });

  test('that the agent ignores, as it does every signal it can, ends its program and all it has started in time', async () => {
    const h = await start();
    const id = await h.create('orphan\ndeaf');
    const orphan = await h.orphan(id);
    const { program } = await h.host(id);
    expect(await cancel(h, id)).toBeLessThan(IN_TIME_MS);
    expect(await Promise.all([orphan, program.pid].map(runs))).toEqual([false, false]);
    expect(h.supervisor.get(id)).toMatchObject({ state: 'stopped', error: null });
    await h.say(id, 'recall');
    expect((await h.lines(id)).slice(-2)).toEqual(['message: orphan\ndeaf', 'turn-end: end_turn']);
  });

  test('answers the requests of the agent that are open or come meanwhile', async () => {
    const h = await start();
    const id = await h.create('ask First\nask Second');
    await h.needsYou(id);
    expect(await cancel(h, id)).toBeLessThan(IN_TIME_MS);
    const lines = await h.lines(id);
    expect(lines.slice(1, 4)).toEqual(['tool: First', 'permission: First', 'permission-answer: nobody']);
    expect(lines.at(-1)).toBe('turn-end: cancelled');
    expect(lines).not.toContain('permission: Second');
    expect(h.supervisor.get(id)?.pending).toEqual([]);
  });

  test('of an agent that does not work changes nothing', async () => {
    const h = await start();
    const id = await h.run('say hi');
    const lines = await h.lines(id);
    await h.supervisor.cancel(id);
    expect(await h.lines(id)).toEqual(lines);
    expect(h.supervisor.get(id)).toMatchObject({ state: 'finished' });
  });
});
