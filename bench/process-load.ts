import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

/** Clock ticks a second in proc(5); the same on every Linux that Node runs on. */
const TICKS = 100;
const INTERVAL_MS = 1000;

/** A process over some time, looked at once a second. Linux only: elsewhere there are no samples. */
export interface Load {
  /** Processor cores in use, on average. */
  readonly cores: number;
  /** Resident memory in MB, one value a second. */
  readonly megabytes: readonly number[];
  /** Share of the whole machine's processor time that was not idle. */
  readonly machine: number;
}

/** Looks until `over` settles. */
export async function loadOf(pid: number, over: Promise<unknown>): Promise<Load> {
  const megabytes: number[] = [];
  const [before, machineBefore, started] = [await ticksOf(pid), await machineTicks(), performance.now()];
  let done = false;
  const ended = over.then(
    () => (done = true),
    () => (done = true),
  );
  while (!done) {
    await Promise.race([ended, delay(INTERVAL_MS)]);
    megabytes.push(await residentMegabytes(pid));
  }
  const [after, machineAfter] = [await ticksOf(pid), await machineTicks()];
  const total = machineAfter.total - machineBefore.total;
  return {
    cores: (after - before) / TICKS / ((performance.now() - started) / 1000),
    megabytes,
    machine: total === 0 ? 0 : 1 - (machineAfter.idle - machineBefore.idle) / total,
  };
}

async function ticksOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
}

async function machineTicks(): Promise<{ total: number; idle: number }> {
  const stat = await readFile('/proc/stat', 'utf8').catch(() => 'cpu');
  const numbers = (stat.split('\n')[0] ?? '').split(/\s+/).slice(1, 9).map(Number);
  return { total: numbers.reduce((sum, ticks) => sum + ticks, 0), idle: (numbers[3] ?? 0) + (numbers[4] ?? 0) };
}

async function residentMegabytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return (Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024) / 1e6;
}
