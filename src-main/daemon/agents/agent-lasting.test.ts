import { execFileSync } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { harnessStarter, runs, someone } from './supervisor-harness.ts';
import type { SupervisorHarness } from './supervisor-harness.ts';
import { makeSupervisorScript, SupervisorProcess } from './supervisor-process.ts';

beforeAll(makeSupervisorScript);
const start = harnessStarter(afterEach);

/** A daemon of its own process that works on the prompt until it has said these lines, and is killed then. */
async function killedAt(h: SupervisorHarness, prompt: string, ...lines: string[]): Promise<void> {
  const daemon = await SupervisorProcess.start(h, prompt);
  for (const line of lines) await daemon.until((one) => one === line);
  await daemon.kill();
}

describe('agents that are kept when the daemon stops', () => {
  test('go on with their turns, which a later daemon tells without a gap', async () => {
    const h = await start();
    const id = await h.create('tool Look\nstream 60 10\nsay end');
    await h.entry(id, ({ kind }) => kind === 'message');
    const { program } = await h.host(id);
    const { logId } = h.supervisor.get(id)!;
    await h.restart('keep');
    expect(h.supervisor.get(id)).toMatchObject({ state: 'working', logId });
    await h.rest(id);
    const words = Array.from({ length: 60 }, (_, i) => `word${i + 1} `).join('');
    expect((await h.lines(id)).slice(1)).toEqual([
      'tool: Look',
      'tool-update: completed',
      `message: ${words}end`,
      'turn-end: end_turn',
    ]);
    expect((await h.host(id)).program.pid).toBe(program.pid);
  });

  test('can still be cancelled, with what their turn has started', async () => {
    const h = await start();
    const id = await h.create('orphan\nhang');
    const orphan = await h.orphan(id);
    await h.restart('keep');
    await h.supervisor.cancel(id);
    expect(h.supervisor.get(id)).toMatchObject({ state: 'stopped' });
    expect(await runs(orphan)).toBe(false);
  });

  test('are those that work: the others end', async () => {
    const h = await start();
    const id = await h.run('say hi');
    const { pid, program } = await h.host(id);
    await h.supervisor.stop('keep');
    expect(await runs(program.pid)).toBe(false);
    await expect.poll(() => runs(pid)).toBe(false);
  });
});

describe('after a daemon was killed', () => {
  test('an agent that rests is taken over as it is', async () => {
    const h = await start();
    await killedAt(h, 'say hi', 'finished');
    const id = await h.takeOver();
    const { program } = await h.host(id);
    // Killed before the end of the turn was on disk, the daemon hears of it again.
    expect(await h.rest(id)).toMatchObject({ state: 'finished' });
    await h.say(id, 'recall');
    expect((await h.lines(id)).slice(1)).toEqual([
      'message: hi',
      'turn-end: end_turn',
      'user: recall',
      'message: say hi',
      'turn-end: end_turn',
    ]);
    expect((await h.host(id)).program.pid).toBe(program.pid);
  });

  test('and the host with it, what the agent had said is told, and the turn goes on with its memory', async () => {
    const h = await start();
    await killedAt(h, 'orphan\nask Go on', 'needs-you');
    const [id] = h.agentIds();
    const { pid, program } = await h.host(id!);
    process.kill(pid, 'SIGKILL');
    // As after a kill that came before it was on disk that the program has the prompt.
    const record = join(h.folder, id!, 'agent.json');
    await writeFile(record, JSON.stringify({ ...JSON.parse(await readFile(record, 'utf8')), sent: null }));
    await h.takeOver();
    expect(h.supervisor.get(id!)).toMatchObject({
      state: 'interrupted',
      pending: [],
      error: expect.stringContaining('Continue it'),
    });
    const lines = await h.lines(id!);
    const orphan = Number(/\d+/.exec(lines[1]!)?.[0]);
    expect(lines.slice(2)).toEqual([
      'tool: Go on',
      'permission: Go on',
      'permission-answer: nobody',
      'turn-end: interrupted',
    ]);
    expect(await Promise.all([orphan, program.pid].map(runs))).toEqual([false, false]);
    await h.supervisor.resume(id!, someone);
    await h.rest(id!);
    await h.say(id!, 'recall');
    expect((await h.lines(id!)).slice(lines.length)).toEqual([
      'user: Continue where you left off.',
      'message: You said: Continue where you left off.',
      'turn-end: end_turn',
      'user: recall',
      'message: orphan\nask Go on | Continue where you left off.',
      'turn-end: end_turn',
    ]);
  });

  test('and the host after the end of the turn, the turn ends as it did', async () => {
    const h = await start();
    await killedAt(h, 'stream 20 5\nsay end', 'working', 'changed');
    const [id] = h.agentIds();
    await expect.poll(() => h.journal(id!)).toContain('stopReason');
    process.kill((await h.host(id!)).pid, 'SIGKILL');
    await h.takeOver();
    expect(h.supervisor.get(id!)).toMatchObject({ state: 'finished', error: null });
    const words = Array.from({ length: 20 }, (_, i) => `word${i + 1} `).join('');
    expect((await h.lines(id!)).slice(1)).toEqual([`message: ${words}end`, 'turn-end: end_turn']);
    const files = (await readdir(join(h.folder, id!))).filter((name) => !name.startsWith('.'));
    expect(files.sort()).toEqual(['agent.json', 'session.json', 'timeline.jsonl']);
  });

  test('what still runs for an agent without a program is ended, and nothing of other homes', async () => {
    const h = await start();
    const id = await h.run('say hi');
    await h.supervisor.stop('stop');
    const idle = (marker: string): number => {
      const env = { ...process.env, PASEO_AGENT_ID: marker };
      return Number(execFileSync('sh', ['-c', 'sleep 300 >/dev/null 2>&1 & echo $!'], { env, encoding: 'utf8' }));
    };
    const [orphan, foreign] = [idle(id), idle('aaaaaaaaaaaaaaaa')];
    await h.restart();
    expect(await Promise.all([orphan, foreign].map(runs))).toEqual([false, true]);
    process.kill(foreign, 'SIGKILL');
  });

  test('while the agent was starting, nothing of it runs on, and its message is sent when the person continues', async () => {
    const h = await start();
    const { fake } = h.providers;
    const daemon = await SupervisorProcess.start(h, 'say hello', {
      fake: { ...fake, args: [...fake!.args!, '--start-hang'] },
    });
    await daemon.until((line) => line === 'starting');
    const host = await vi.waitFor(() => h.host(h.agentIds()[0]!), 60_000);
    await daemon.kill();
    const id = await h.takeOver();
    expect(await Promise.all([host.pid, host.program.pid].map(runs))).toEqual([false, false]);
    expect(h.supervisor.get(id)).toMatchObject({ state: 'interrupted' });
    await h.supervisor.resume(id, someone);
    await h.rest(id);
    expect(await h.lines(id)).toEqual([
      'user: say hello',
      'turn-end: interrupted',
      'user: say hello',
      'message: hello',
      'turn-end: end_turn',
    ]);
    await expect(h.supervisor.resume(id, someone)).rejects.toMatchObject({ code: 'bad_request' });
  });
});

test('an agent whose host is killed fails with the reason, and starts again with the next message', async () => {
  const h = await start();
  const id = await h.create('say before\nhang');
  await h.entry(id, ({ kind }) => kind === 'message');
  const { pid, program } = await h.host(id);
  process.kill(pid, 'SIGKILL');
  await h.rest(id);
  expect(h.supervisor.get(id)).toMatchObject({ state: 'failed', error: expect.stringContaining('ended from outside') });
  expect(await runs(program.pid)).toBe(false);
  await h.say(id, 'recall');
  expect((await h.lines(id)).at(-2)).toBe('message: say before\nhang');
});

test('an agent rests as its last turn ended, whatever its record still says', async () => {
  const h = await start();
  const id = await h.run('say hi');
  await h.supervisor.stop('stop');
  const path = join(h.folder, id, 'agent.json');
  const record = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
  const old = { state: 'failed', error: 'of an earlier turn', updatedAt: '2026-01-01T00:00:00.000Z' };
  await writeFile(path, JSON.stringify({ ...record, ...old }), { mode: 0o600 });
  await h.restart();
  expect(h.supervisor.get(id)).toMatchObject({ state: 'finished', error: null });
});
