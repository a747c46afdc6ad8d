import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src-shared/clock.ts';
import { bundledScript } from './bundled-script.ts';
import { endMarked, endTreeCommand } from './end-processes.ts';
import { markedAgents, markedProcesses, parsePs, startMoment } from './process-census.ts';
import { processStart } from './process-start.ts';

let agentId = '';
const children: ChildProcess[] = [];
beforeEach(() => {
  agentId = randomBytes(8).toString('hex');
});
afterEach(async () => {
  for (const child of children.splice(0)) {
    const exited = once(child, 'exit');
    if (child.kill('SIGKILL')) await exited;
  }
});

/** Runs shell code with the mark; resolves with the process when it has said a word. */
async function run(code: string, env: Record<string, string> = { PASEO_AGENT_ID: agentId }): Promise<ChildProcess> {
  const child = spawn('/bin/sh', ['-c', code], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  children.push(child);
  await once(child.stdout, 'data');
  return child;
}

const pids = async (...args: Parameters<typeof markedProcesses>) =>
  (await markedProcesses(...args)).map(({ pid }) => pid);

describe('markedProcesses', () => {
  it('finds a process by its environment, with its command and time of start', async () => {
    const before = startMoment();
    const { pid } = await run('echo up; exec sleep 60.5');
    const [found, ...others] = await markedProcesses(agentId);
    expect(others).toEqual([]);
    expect(found).toMatchObject({ pid, command: 'sleep 60.5' });
    expect(found!.started).toBeGreaterThanOrEqual(before);
    expect(found!.started).toBeLessThanOrEqual(startMoment());
    expect(await pids(`${agentId}x`)).toEqual([]);
    expect(await pids(agentId.slice(0, -1))).toEqual([]);
  });

  it('finds descendants that have lost the mark, and a group', async () => {
    const { pid } = await run('env -i setsid sleep 60 & echo up; wait');
    expect(await pids(agentId)).toHaveLength(2);
    const plain = await run('echo up; exec sleep 60', {});
    expect(await pids(agentId, { group: pid! })).toHaveLength(2);
    expect(await pids(agentId, { group: await groupOf(plain.pid!) })).toContain(plain.pid);
  });

  it('can leave out a process with its descendants', async () => {
    const { pid } = await run('sleep 60 & echo up; wait');
    const other = await run('echo up; exec sleep 60');
    expect(await pids(agentId, { notBelow: pid! })).toEqual([other.pid]);
  });

  it('need not look at what is older than itself', async () => {
    const { pid } = await run('echo up; exec sleep 60');
    const folder = await mkdtemp(join(tmpdir(), 'paseo-census-'));
    const script = await bundledScript(
      folder,
      `import { spawn } from 'node:child_process';
      import { markedProcesses } from ${JSON.stringify(join(import.meta.dirname, 'process-census.ts'))};
      const young = spawn('/bin/sleep', ['60'], { env: { PASEO_AGENT_ID: '${agentId}' }, stdio: 'ignore' });
      const all = await markedProcesses('${agentId}');
      const recent = await markedProcesses('${agentId}', { sinceOurStart: true });
      young.kill('SIGKILL');
      console.log(JSON.stringify([young.pid, all, recent]));`,
    );
    const { stdout } = await promisify(execFile)(process.execPath, [script]);
    const [young, all, recent] = JSON.parse(stdout) as [number, { pid: number }[], { pid: number }[]];
    expect(all.map((each) => each.pid)).toEqual(expect.arrayContaining([pid, young]));
    expect(recent.map((each) => each.pid)).toEqual([young]);
    await rm(folder, { recursive: true });
  });

  it('names all agents that have processes, and serves many that ask at once', async () => {
    const { pid } = await run('echo up; exec sleep 60');
    expect(await markedAgents()).toContain(agentId);
    const all = await Promise.all(Array.from({ length: 200 }, () => pids(agentId)));
    expect(all).toEqual(Array.from({ length: 200 }, () => [pid]));
  });

  it('reads what ps prints on macOS', () => {
    const output = [
      '  501     1   501 Ss   Sat Nov 22 09:00:00 2025 /bin/zsh -l PATH=/bin PASEO_AGENT_ID=abc HOME=/Users/a',
      '  502   501   501 S+   Sat Nov 22 09:00:01 2025 node x.js PASEO_AGENT_ID=abcd',
      '  503   501   501 Z    Sat Nov 22 09:00:01 2025 <defunct>',
      'nonsense',
    ].join('\n');
    expect(parsePs(output)).toMatchObject([
      { pid: 501, parent: 1, group: 501, marks: ['abc'], started: Date.parse('2025-11-22T09:00:00') },
      { pid: 502, parent: 501, group: 501, marks: ['abcd'] },
    ]);
  });
});

describe('endMarked', () => {
  const options = () => ({ agentId, clock: systemClock, graceMs: 200 });

  it('asks first, and kills what does not listen', async () => {
    const polite = await run('trap "exit 3" TERM; echo up; while :; do sleep 0.05; done');
    const deaf = await run('trap "" TERM; echo up; while :; do sleep 0.05; done');
    const [politely, cruelly] = [once(polite, 'exit'), once(deaf, 'exit')];
    const ended = await endMarked({ ...options(), graceMs: 3000 });
    expect(ended.map(({ pid }) => pid)).toEqual(expect.arrayContaining([polite.pid, deaf.pid]));
    expect(await politely).toEqual([3, null]);
    expect(await cruelly).toEqual([null, 'SIGKILL']);
    expect(await markedProcesses(agentId)).toEqual([]);
  });

  it('wins against a program that starts another one whenever it is asked to end', async () => {
    const code = 'trap "setsid sh -c \\"$0\\" \\"$0\\" &" TERM; echo up; while :; do sleep 0.02; done';
    await run(`CODE='${code.replaceAll("'", '')}'; exec sh -c "$CODE" "$CODE"`);
    await endMarked(options());
    expect(await markedProcesses(agentId)).toEqual([]);
  });

  it('spares what started earlier, and who is excepted', async () => {
    const early = await run('echo up; exec sleep 60');
    // Starts are counted in hundredths of a second, and what starts in the same one is not spared.
    await new Promise((resolve) => setTimeout(resolve, 50));
    const since = startMoment();
    const [{ started } = { started: 0 }] = await markedProcesses(agentId);
    const reference = { pid: early.pid!, started };
    const [late, excepted] = [await run('echo up; exec sleep 60'), await run('echo up; exec sleep 60')];
    const gone = once(late, 'exit');
    await endMarked({ ...options(), since, reference, except: [excepted.pid!] });
    await gone;
    expect(await processStart(early.pid!)).not.toBeNull();
    expect(await processStart(excepted.pid!)).not.toBeNull();
  });

  it('ends a whole tree on Windows', () => {
    expect(endTreeCommand(42)).toEqual(['taskkill', ['/PID', '42', '/T', '/F']]);
  });
});

async function groupOf(pid: number): Promise<number> {
  const ps = spawn('ps', ['-o', 'pgid=', '-p', String(pid)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [text] = (await once(ps.stdout, 'data')) as [Buffer];
  return Number(text.toString());
}
