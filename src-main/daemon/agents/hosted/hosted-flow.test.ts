import { readFile, stat } from 'node:fs/promises';
import { availableParallelism, loadavg } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AGENT_STOP_GRACE_MS, JOURNAL_COMPACT_BYTES, MAX_AGENT_LINE_BYTES } from '../../../agent-host/limits.ts';
import { markedProcesses } from '../../../platform/process-census.ts';
import { processStart } from '../../../platform/process-start.ts';
import { hostOf } from './host-leftover.ts';
import type { HostedProgram } from './hosted-program.ts';
import { HostedFixture, LineReader, untilGone } from './hosted-fixture.ts';

const MB = 1024 * 1024;
/** A computer that has more to do than it can needs longer. */
const slowness = Math.max(1, loadavg()[0]! / availableParallelism());

// Several processes start in each.
let fixture: HostedFixture;
beforeEach(async () => {
  fixture = await HostedFixture.make();
});
afterEach(() => fixture.close());

describe('a program that says more than is read', () => {
  it('waits, and the host holds neither its memory nor more of the disk than it may', async () => {
    const program = await fixture.start({}, { maxJournalBytes: MB });
    const host = await fixture.hostPid();
    // 40 MB, of which a pipe, a socket and the journal hold a little.
    await program.send('flood 400000', {});
    await untilSteady(journalSize);
    expect(await journalSize()).toBeGreaterThan(MB);
    expect(await journalSize()).toBeLessThan(MB + 256 * 1024);
    expect(await residentMegabytes(host)).toBeLessThan(80);
    expect(program.welcome.last).toBe(0);
    const lines = new LineReader(program);
    for (let i = 1; i <= 400_000; i++) {
      if ((await lines.next())?.startsWith(`${i} `) !== true) throw new Error(`line ${i} is not the next`);
      if (i % 1000 === 0) program.ack(i);
    }
    expect(await residentMegabytes(host)).toBeLessThan(80);
    program.ack(400_000);
    await program.stop();
    await untilGone(host);
  });

  it('can still be stopped and swept while nobody reads', async () => {
    const program = await fixture.start();
    await program.send('flood 200000', {});
    await untilSteady(journalSize);
    expect(await program.sweep({ orphansOnly: false })).toEqual([]);
    expect(await program.stop()).toMatchObject({ fault: null });
  });

  it('is acknowledged piece by piece, and the journal shrinks', async () => {
    const program = await fixture.start();
    const lines = new LineReader(program);
    await program.send('flood 20000', {});
    await lines.to(20_000);
    const full = await journalSize();
    expect(full).toBeGreaterThan(2_000_000);
    program.ack(18_000);
    const again = (await fixture.attach(18_000))!;
    expect(again.welcome.last).toBe(20_000);
    expect(await journalSize()).toBeLessThan(full / 4);
    // Also what is acknowledged before it was sent is sent.
    again.ack(20_000);
    const lastLines = await collectUntil(again, 20_000);
    expect(lastLines).toEqual(range(18_001, 20_000));
    const last = (await fixture.attach(20_000))!;
    expect(last.welcome).toMatchObject({ base: 20_000, last: 20_000 });
    expect(await journalSize()).toBeLessThan(JOURNAL_COMPACT_BYTES);
    await last.send('echo one more', {});
    const reader = new LineReader(last);
    expect([await reader.next(), reader.n]).toEqual(['one more', 20_001]);
    expect(await hostOf(fixture.folder)).toBe(last.hostId);
  });

  it('does not read what it is told beyond a bound', async () => {
    const program = await fixture.start({ command: '/bin/sleep', args: ['60'] });
    const line = 'x'.repeat(MAX_AGENT_LINE_BYTES);
    for (let i = 0; i < 8; i++) void program.send(line, {}).catch(() => {});
    expect(await program.ended).toMatchObject({ fault: 'not_reading' });
  });
});

describe('stop', () => {
  it('ends a program and its grandchildren that ignore SIGTERM, also those that left its group', async () => {
    const program = await fixture.start();
    const lines = new LineReader(program);
    for (const word of ['deaf', 'child', 'deaf-child', 'nameless-child']) await program.send(word, {});
    await lines.next();
    const pids = [program.pid];
    for (let i = 0; i < 3; i++) pids.push(Number(await lines.next()));
    expect(new Set((await markedProcesses(fixture.agentId)).map(({ pid }) => pid))).toEqual(new Set(pids));
    const begun = performance.now();
    expect(await program.stop()).toEqual({ code: null, signal: 'SIGKILL', fault: null });
    expect(performance.now() - begun).toBeLessThan(AGENT_STOP_GRACE_MS + 1000 * slowness);
    expect(await Promise.all(pids.map((pid) => processStart(pid)))).toEqual([null, null, null, null]);
  });

  it('ends what a program that ended by itself has left', async () => {
    const program = await fixture.start();
    const lines = new LineReader(program);
    await program.send('deaf-child', {});
    const child = Number(await lines.next());
    await program.send('crash 0', {});
    expect(await program.ended).toEqual({ code: 0, signal: null, fault: null });
    expect(await processStart(child)).toBeNull();
  });

  it('kills a host that does not answer, and what it ran', async () => {
    const program = await fixture.start({}, { clock: { now: () => 0, after: (ms, run) => after(ms / 20, run) } });
    process.kill(await fixture.hostPid(), 'SIGSTOP');
    expect(await program.stop()).toMatchObject({ fault: 'host_lost' });
    expect(await markedProcesses(fixture.agentId)).toEqual([]);
  });
});

describe('sweep', () => {
  it('ends only what started since the last prompt, and neither the program nor the host', async () => {
    const program = await fixture.start();
    const lines = new LineReader(program);
    await program.send('deaf-child', {});
    const before = Number(await lines.next());
    expect(await program.sweep({ orphansOnly: false })).toEqual([]);
    // Starts are counted in hundredths of a second, and what starts in the same one is not spared.
    await new Promise((resolve) => setTimeout(resolve, 50));
    await program.send('child', { id: 1, method: 'session/prompt' });
    await program.send('deaf-child', {});
    const after = [Number(await lines.next()), Number(await lines.next())];
    const ended = await program.sweep({ orphansOnly: false });
    expect(new Set(ended.map(({ pid }) => pid))).toEqual(new Set(after));
    expect(ended[0]?.command).toContain('setInterval');
    expect(await Promise.all(after.map((pid) => processStart(pid)))).toEqual([null, null]);
    expect(await processStart(before)).not.toBeNull();
    await program.send('echo fine', {});
    expect(await lines.next()).toBe('fine');
  });
});

function after(ms: number, run: () => void): () => void {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
}

/** Numbers of the lines up to that one. */
async function collectUntil(program: HostedProgram, last: number): Promise<number[]> {
  const lines = new LineReader(program);
  const numbers: number[] = [];
  while (lines.n < last) numbers.push(Number((await lines.next())?.split(' ')[0]));
  return numbers;
}

const range = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, i) => first + i);

async function journalSize(): Promise<number> {
  return (await stat(join(fixture.folder, 'journal.jsonl')).catch(() => ({ size: 0 }))).size;
}

async function residentMegabytes(pid: number): Promise<number> {
  return Number(/VmRSS:\s*(\d+)/.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

/** Resolves when the number does not change any more: only time can tell that nothing happens. */
async function untilSteady(measure: () => Promise<number>): Promise<void> {
  for (let before = -1, same = 0; same < 5;) {
    const value = await measure();
    same = value === before && value > 0 ? same + 1 : 0;
    before = value;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
