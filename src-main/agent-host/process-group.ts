import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import type { Clock } from '../../src-shared/clock.ts';
import { systemClock } from '../../src-shared/clock.ts';
import { endMarked, endTree } from '../platform/end-processes.ts';
import type { EndOptions } from '../platform/end-processes.ts';
import { plainText } from '../platform/plain-text.ts';
import { startMoment } from '../platform/process-census.ts';
import type { EndedProcess, Sweep } from './host-protocol.ts';
import { AGENT_STDERR_TAIL_BYTES, AGENT_STOP_GRACE_MS, DRAIN_MS } from './limits.ts';

interface GroupOptions {
  /** Absolute path. */
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>;
  /** The value of `PASEO_AGENT_ID` in `env`: what carries it belongs to the group wherever it went. */
  readonly agentId: string;
  readonly clock?: Clock;
}

interface GroupEnd {
  readonly code: number | null;
  readonly signal: string | null;
}

/**
 * A program and everything it starts, which ends for sure: when the program is gone, by itself or by {@link stop}, the rest of its
 * process group and every process that carries its mark is ended. It inherits its three pipes and no other descriptor, and
 * never sees a shell.
 */
export class ProcessGroup {
  readonly pid: number;
  /** A little before the program's first moment. */
  readonly startedAt: Date;
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** Settles when the program and what it started are gone and its output is read. */
  readonly ended: Promise<GroupEnd>;
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #agentId: string;
  readonly #started: number;
  readonly #clock: Clock;
  #errors = Buffer.alloc(0);
  #gone = false;
  /** The stop that is under way. */
  #stopping: Promise<void> | null = null;

  private constructor(
    child: ChildProcessByStdio<Writable, Readable, Readable>,
    { startedAt, started }: { readonly startedAt: Date; readonly started: number },
    options: GroupOptions,
  ) {
    this.#child = child;
    this.startedAt = startedAt;
    this.#started = started;
    this.#agentId = options.agentId;
    this.#clock = options.clock ?? systemClock;
    this.pid = child.pid!;
    this.stdin = child.stdin;
    this.stdout = child.stdout;
    // A program that does not read any more ends soon; nothing is lost by the broken pipe itself.
    child.on('error', () => {});
    child.stdin.on('error', () => {});
    child.stdout.on('error', () => {});
    child.stderr.on('error', () => {});
    child.stderr.on('data', (data: Buffer) => {
      this.#errors = Buffer.concat([this.#errors, data]).subarray(-AGENT_STDERR_TAIL_BYTES);
    });
    this.ended = this.#end();
  }

  /** Rejects when the program cannot be started. */
  static async start(options: GroupOptions): Promise<ProcessGroup> {
    const [startedAt, started] = [new Date(), startMoment()];
    const child = spawn(options.command, options.args, {
      cwd: options.cwd,
      env: { ...options.env },
      shell: false,
      detached: true,
      windowsHide: true,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    await once(child, 'spawn');
    return new ProcessGroup(child, { startedAt, started }, options);
  }

  /** The end of standard error, without escape sequences. */
  errorTail(): string {
    return plainText(this.#errors.toString('utf8'));
  }

  /** Asks everything to end, kills it after a grace period, and waits until it is gone. Idempotent. */
  async stop(graceMs = AGENT_STOP_GRACE_MS): Promise<GroupEnd> {
    this.stdin.end();
    if (!this.#gone) {
      this.#stopping = this.#endAll(graceMs).finally(() => (this.#stopping = null));
      await this.#stopping;
    }
    return await this.ended;
  }

  /** Ends, in the same way, what the program started at that moment or later. Resolves with what was ended when that is gone. */
  async sweep(since: number, { orphansOnly, graceMs = AGENT_STOP_GRACE_MS }: Sweep): Promise<EndedProcess[]> {
    const { pid } = this;
    const reference = { pid, started: this.#started };
    const spared = orphansOnly ? { notBelow: pid } : { except: [pid] };
    const ended = await this.#endMarked(graceMs, { since, ...spared, reference });
    return ended.map(({ pid: number, command }) => ({ pid: number, command }));
  }

  async #end(): Promise<GroupEnd> {
    const closed = once(this.#child, 'close');
    const [code, signal] = (await once(this.#child, 'exit')) as [number | null, string | null];
    this.#gone = true;
    // A stop ends only when nothing is left.
    await (this.#stopping ?? this.#endAll(AGENT_STOP_GRACE_MS));
    await Promise.race([closed, this.#drained()]);
    this.#child.stdout.destroy();
    this.#child.stderr.destroy();
    await closed;
    return { code, signal };
  }

  async #endAll(graceMs: number): Promise<void> {
    if (process.platform === 'win32') await endTree(this.pid);
    try {
      await this.#endMarked(graceMs, {});
    } catch {
      // Others cannot be looked for; what stayed in the group ends all the same.
      killGroup(this.pid);
    }
  }

  #endMarked(graceMs: number, which: Pick<EndOptions, 'since' | 'except' | 'notBelow' | 'reference'>) {
    const [agentId, clock] = [this.#agentId, this.#clock];
    // The number of the group stays taken while a member lives, so this can hit nobody else.
    return endMarked({ agentId, clock, graceMs, group: this.pid, sinceOurStart: true, ...which });
  }

  /** Resolves when the output has ended or was read for DRAIN_MS; the time in which the reader waits does not count. */
  async #drained(): Promise<void> {
    for (let ms = 0; ms < DRAIN_MS && !(this.stdout.closed && this.#child.stderr.closed);) {
      await new Promise<void>((resolve) => this.#clock.after(DRAIN_MS / 10, resolve));
      if (!this.stdout.isPaused()) ms += DRAIN_MS / 10;
    }
  }
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nobody is left in it.
  }
}
