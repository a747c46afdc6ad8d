import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** Another process of a benchmark, which says its address when it is ready and ends when this one does. */
export class PeerProcess {
  readonly address: string;
  readonly #child: ChildProcess;

  /** `script`: a built file beside this one. */
  static async start(script: string, args: readonly string[] = []): Promise<PeerProcess> {
    const child = fork(fileURLToPath(new URL(script, import.meta.url)), args);
    const [address] = (await once(child, 'message')) as [unknown];
    return new PeerProcess(child, String(address));
  }

  private constructor(child: ChildProcess, address: string) {
    this.#child = child;
    this.address = address;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  send(message: object): void {
    this.#child.send(message);
  }

  /** Sends a message and waits for the answer; one at a time. */
  async ask(message: object): Promise<unknown> {
    const answer = once(this.#child, 'message') as Promise<[unknown]>;
    this.#child.send(message);
    return (await answer)[0];
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill(signal);
    await exited;
  }
}
