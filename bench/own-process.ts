import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** From SIGTERM to SIGKILL; the app gives itself 15 s. */
const STOP_MS = 20_000;
/** Of its standard error, for the message that says why it ended. */
const KEPT_CHARS = 4000;

/** A program that a benchmark started, and will end. */
export class OwnProcess {
  static readonly #running = new Set<OwnProcess>();
  readonly #program: string;
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  #errors = '';

  constructor(program: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env) {
    const child = spawn(program, args, { env, stdio: ['pipe', 'pipe', 'pipe'] });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#errors = (this.#errors + text).slice(-KEPT_CHARS);
    });
    child.once('error', (error) => (this.#errors += error.message));
    this.#program = program;
    this.#child = child;
    this.#lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    OwnProcess.#running.add(this);
    child.once('close', () => OwnProcess.#running.delete(this));
  }

  /** Ends everything that still runs, for a benchmark that was interrupted. */
  static async stopAll(): Promise<void> {
    await Promise.all([...OwnProcess.#running].map((each) => each.stop()));
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** To its standard input, which ends when this process does. */
  write(text: string): void {
    this.#child.stdin?.write(text);
  }

  /** The next line of its standard output. Throws with its last words when it ended instead. */
  async line(): Promise<string> {
    const next = await this.#lines.next();
    if (next.done !== true) return next.value;
    throw new Error(`${this.#program} ended before it was ready: ${this.#errors.trim()}`);
  }

  /** Resolves when it is gone. Idempotent. */
  async stop(): Promise<void> {
    const child = this.#child;
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    child.kill('SIGTERM');
    await gone;
    clearTimeout(timer);
  }
}
