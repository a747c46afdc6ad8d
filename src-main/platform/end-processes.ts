import { execFile } from 'node:child_process';
import type { Clock } from '../../src-shared/clock.ts';
import { isRunning, markedProcesses } from './process-census.ts';
import type { MarkedProcess } from './process-census.ts';

export interface EndOptions {
  readonly agentId: string;
  readonly clock: Clock;
  /** From SIGTERM to SIGKILL. */
  readonly graceMs: number;
  /** A process group that belongs to the agent too: the number of a program that runs, or has just ended and left members. */
  readonly group?: number;
  /** Only what started at this moment or later; see `startMoment`, and `markedProcesses` for `reference`. */
  readonly since?: number;
  readonly reference?: { readonly pid: number; readonly started: number };
  /** Left alone; `notBelow`: with its descendants. */
  readonly except?: readonly number[];
  readonly notBelow?: number;
  /** See `markedProcesses`. */
  readonly sinceOurStart?: boolean;
}

/**
 * Ends the processes of an agent (see `markedProcesses`) and waits until they are gone: SIGTERM, then SIGKILL to all that are left
 * or have come meanwhile. Resolves with those that were there; gives up {@link PATIENCE_MS} after the first SIGKILL, which only a
 * process that hangs in the kernel outlasts.
 */
export async function endMarked(options: EndOptions): Promise<MarkedProcess[]> {
  const { agentId, clock, graceMs } = options;
  const asked = new Map<number, MarkedProcess>();
  let phase = 'ask' as 'ask' | 'kill' | 'give up';
  let wake = () => {};
  const enter = (next: typeof phase) => () => {
    phase = next;
    wake();
  };
  const cancels = [clock.after(graceMs, enter('kill')), clock.after(graceMs + PATIENCE_MS, enter('give up'))];
  try {
    for (;;) {
      const left = (await markedProcesses(agentId, options)).filter((each) => concerns(each, options));
      if (left.length === 0 || phase === 'give up') return [...asked.values()];
      const before = phase;
      for (const each of left) {
        if (phase === 'kill') signal(each.pid, 'SIGKILL');
        else if (!asked.has(each.pid)) signal(each.pid, 'SIGTERM');
        asked.set(each.pid, each);
      }
      // A look at everything costs much more than one at these.
      let waited = 0;
      for (let pause = FIRST_PAUSE_MS; phase === before && waited < LOOK_MS; pause = Math.min(pause * 2, PAUSE_MS)) {
        await new Promise<void>((resolve) => {
          wake = resolve;
          clock.after(pause, resolve);
        });
        waited += pause;
        if (!left.some(({ pid }) => isRunning(pid))) break;
      }
    }
  } finally {
    for (const cancel of cancels) cancel();
  }
}

/** Windows: ends a program and its descendants. Resolves when the command has; it says nothing when they are gone already. */
export async function endTree(pid: number): Promise<void> {
  const [command, args] = endTreeCommand(pid);
  await new Promise<void>((resolve) => execFile(command, args, { windowsHide: true }, () => resolve()));
}

/** What {@link endTree} runs. */
export function endTreeCommand(pid: number): [command: string, args: string[]] {
  return ['taskkill', ['/PID', String(pid), '/T', '/F']];
}

const PATIENCE_MS = 5000;
/** How often those that were found are looked at: most end at once. */
const FIRST_PAUSE_MS = 10;
const PAUSE_MS = 50;
/** How often all processes are, for those that came meanwhile. */
const LOOK_MS = 500;

function concerns({ pid, started }: MarkedProcess, { since, except }: EndOptions): boolean {
  if (pid === process.pid || except?.includes(pid)) return false;
  return since === undefined || started >= since;
}

function signal(pid: number, name: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(pid, name);
  } catch {
    // It ended meanwhile.
  }
}
