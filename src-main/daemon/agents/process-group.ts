import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { AGENT_STDERR_TAIL_BYTES, AGENT_STOP_GRACE_MS } from '../limits.ts';
import type { Clock } from '../../../src-shared/clock.ts';
import { systemClock } from '../../../src-shared/clock.ts';

/** Output that is still in the pipes when the process is gone is read for this long: a grandchild may hold them open. */
const DRAIN_MS = 500;

export interface ProgramOptions {
  /** Absolute path. */
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly clock?: Clock;
}

export interface ProgramEnd {
  readonly code: number | null;
  readonly signal: string | null;
}

/**
 * A program and everything it starts, as one process group that ends for sure: when the program is gone, by itself or by
 * {@link stop}, the rest of its group is killed. It inherits its three pipes and no other descriptor, and never sees a shell.
 */
export class ProcessGroup {
  readonly pid: number;
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** Settles when the program is gone and its output is read. */
  readonly ended: Promise<ProgramEnd>;
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #clock: Clock;
  #errors = Buffer.alloc(0);
  #gone = false;

  private constructor(child: ChildProcessByStdio<Writable, Readable, Readable>, pid: number, clock: Clock) {
    this.#child = child;
    this.#clock = clock;
    this.pid = pid;
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
  static async start(options: ProgramOptions): Promise<ProcessGroup> {
    const child = spawn(options.command, options.args, {
      cwd: options.cwd,
      env: { ...options.env },
      shell: false,
      detached: true,
      windowsHide: true,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    await once(child, 'spawn');
    return new ProcessGroup(child, child.pid!, options.clock ?? systemClock);
  }

  /** The end of standard error, without escape sequences. */
  errorTail(): string {
    return this.#errors
      .toString('utf8')
      .replace(/\u001b\[[0-9;?]*[A-Za-z]|[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '');
  }

  /** Asks the group to end, kills it after a grace period, and waits until it is gone. Idempotent. */
  async stop(): Promise<ProgramEnd> {
    this.stdin.end();
    this.#signal('SIGTERM');
    const cancel = this.#clock.after(AGENT_STOP_GRACE_MS, () => this.#signal('SIGKILL'));
    try {
      return await this.ended;
    } finally {
      cancel();
    }
  }

  async #end(): Promise<ProgramEnd> {
    const closed = once(this.#child, 'close');
    const [code, signal] = (await once(this.#child, 'exit')) as [number | null, string | null];
    // The number of the group stays taken while a member lives, so this can hit nobody else.
    this.#signal('SIGKILL');
    this.#gone = true;
    const cancel = this.#clock.after(DRAIN_MS, () => {
      this.#child.stdout.destroy();
      this.#child.stderr.destroy();
    });
    await closed;
    cancel();
    return { code, signal };
  }

  #signal(name: 'SIGTERM' | 'SIGKILL'): void {
    if (this.#gone) return;
    try {
      if (process.platform === 'win32') this.#child.kill(name);
      else process.kill(-this.pid, name);
    } catch {
      // Nobody is left in the group.
    }
  }
}
