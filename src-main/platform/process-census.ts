import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { promisify } from 'node:util';
import { SharedLook } from './shared-look.ts';
import { windowsProcesses } from './windows-processes.ts';
import type { SeenProcess } from './windows-processes.ts';

export interface MarkedProcess {
  readonly pid: number;
  /** See {@link startMoment}. */
  readonly started: number;
  /** Program and arguments, cut. */
  readonly command: string;
}

interface CensusOptions {
  /** Number of a process group that belongs to the agent too. */
  readonly group?: number;
  /** A process and the moment before its start, for where starts are counted from another time than moments are. */
  readonly reference?: { readonly pid: number; readonly started: number };
  /** Leaves out this process and its descendants. */
  readonly notBelow?: number;
  /** Only what started after this process did can have the mark, which makes the look cheaper. */
  readonly sinceOurStart?: boolean;
}

/**
 * The processes of an agent: those with `PASEO_AGENT_ID=<agentId>` in the environment they were started with, those in `group`,
 * and their descendants. Zombies are gone already. On Windows, where no program can read another's environment, `group` is the number
 * of a program, and its descendants are found, also when it has ended. However many ask at once, the system is asked once.
 */
export async function markedProcesses(agentId: string, options: CensusOptions = {}): Promise<MarkedProcess[]> {
  const all = await looks[options.sinceOurStart ? 'sinceOurStart' : 'whole'].take();
  const off = clockError(all, options.reference);
  return familyOf(all, agentId, options, process.platform).map((each) => ({
    pid: each.pid,
    started: each.started + off,
    command: commandOf(each),
  }));
}

/** Those of `all` that {@link markedProcesses} means. */
export function familyOf(
  all: readonly SeenProcess[],
  agentId: string,
  options: CensusOptions,
  platform: NodeJS.Platform,
): SeenProcess[] {
  const isOf = ({ pid, marks, group }: SeenProcess): boolean =>
    marks.includes(agentId) || group === options.group || (platform === 'win32' && pid === options.group);
  const found = new Set(all.filter(isOf).map(({ pid }) => pid));
  addDescendants(found, all);
  const left = new Set(options.notBelow === undefined ? [] : [options.notBelow]);
  addDescendants(left, all);
  return all.filter(({ pid }) => found.has(pid) && !left.has(pid));
}

/** The ids of all agents that have processes with their mark now, of whatever home. Empty on Windows. */
export async function markedAgents(): Promise<Set<string>> {
  const all = await looks.whole.take();
  return new Set(all.flatMap(({ marks }) => marks));
}

/** Now, on the scale of `started`: what starts later has the same number or a higher one. Milliseconds, in the system's steps. */
export function startMoment(): number {
  if (process.platform !== 'linux') return Math.floor(Date.now() / 1000) * 1000;
  return Math.round(Number(readFileSync('/proc/uptime', 'latin1').split(' ')[0]) * 100) * TICK_MS;
}

/** Whether that process runs: one that has ended, but was not waited for by its parent, does not where the system can tell. */
export function isRunning(pid: number): boolean {
  if (process.platform === 'linux') return readStat(pid) !== null;
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

const looks = {
  whole: new SharedLook(() => everyProcess(0)),
  sinceOurStart: new SharedLook(() => everyProcess(readStat(process.pid)?.ticks ?? 0)),
};

const MAX_COMMAND_CHARS = 200;
/** Processes that are looked at before others get their turn: a millisecond. */
const BATCH = 32;
/** USER_HZ: 100 on every Linux that Node runs on. */
const TICK_MS = 10;
/** No program takes this long to start. */
const FOREIGN_BOOT_MS = 10_000;

function addDescendants(pids: Set<number>, all: readonly SeenProcess[]): void {
  for (let before = -1; before !== pids.size;) {
    before = pids.size;
    for (const { pid, parent } of all) if (pids.has(parent)) pids.add(pid);
  }
}

/** In some containers the time since boot is that of the container, and starts count from the boot of the computer. */
function clockError(all: readonly SeenProcess[], reference: CensusOptions['reference']): number {
  const known = reference && all.find(({ pid }) => pid === reference.pid);
  const off = known ? reference.started - known.started : 0;
  return Math.abs(off) > FOREIGN_BOOT_MS ? off : 0;
}

function commandOf({ pid, command }: SeenProcess): string {
  const args = process.platform === 'linux' ? readOwn(pid, 'cmdline').replaceAll('\0', ' ').trim() : command;
  return (args || command).slice(0, MAX_COMMAND_CHARS);
}

/** `since`: clock ticks; the marks of what started earlier are not looked for. */
async function everyProcess(since: number): Promise<SeenProcess[]> {
  if (process.platform === 'win32') return await windowsProcesses();
  return process.platform === 'linux' ? await fromProc(since) : parsePs(await processList());
}

/** These files are in memory: reading them at once takes a fraction of what handing each to another thread would. */
async function fromProc(since: number): Promise<SeenProcess[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const all: SeenProcess[] = [];
  for (const [index, pid] of pids.entries()) {
    if (index % BATCH === BATCH - 1) await setImmediate();
    const stat = readStat(pid);
    if (stat === null) continue;
    const { ticks, ...told } = stat;
    const marks = ticks < since ? [] : marksIn(readOwn(pid, 'environ'), /(?:^|\0)PASEO_AGENT_ID=([^\0]+)/g);
    all.push({ pid, ...told, marks, started: ticks * TICK_MS });
  }
  return all;
}

/** proc(5): after the name in parentheses come state, parent, group; the start is field 22. null: gone. */
function readStat(
  pid: number,
): (Pick<SeenProcess, 'parent' | 'group' | 'command'> & { readonly ticks: number }) | null {
  const stat = readOwn(pid, 'stat');
  const end = stat.lastIndexOf(')');
  const [state, parent, group, ...rest] = stat.slice(end + 2).split(' ');
  if (end < 0 || state === 'Z' || state === 'X') return null;
  const command = stat.slice(stat.indexOf('(') + 1, end);
  return { parent: Number(parent), group: Number(group), ticks: Number(rest[16]), command };
}

/** Empty for a process that is gone, and what somebody else's does not tell. */
function readOwn(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    return '';
  }
}

function marksIn(text: string, pattern: RegExp): string[] {
  return Array.from(text.matchAll(pattern), ([, id]) => id!);
}

/** macOS and BSD: `ps` prints the environment after the command. */
async function processList(): Promise<string> {
  const format = 'pid=,ppid=,pgid=,state=,lstart=,command=';
  const { stdout } = await promisify(execFile)('ps', ['-axEww', '-o', format], {
    env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C' },
    maxBuffer: 64 * 1024 * 1024,
  });
  return stdout;
}

/** For {@link markedProcesses} on macOS and BSD: lines of `ps -axEww -o pid=,ppid=,pgid=,state=,lstart=,command=`. */
export function parsePs(output: string): SeenProcess[] {
  return output.split('\n').flatMap((line) => {
    const match = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(\w+\s+\w+\s+\d+\s+[\d:]+\s+\d+)\s+(.*)$/.exec(line);
    if (match === null) return [];
    const [, pid, parent, group, state = '', started = '', command = ''] = match;
    if (state.startsWith('Z')) return [];
    return [
      {
        ...{ pid: Number(pid), parent: Number(parent), group: Number(group), started: Date.parse(started), command },
        marks: marksIn(command, /(?:^|\s)PASEO_AGENT_ID=(\S+)/g),
      },
    ];
  });
}
