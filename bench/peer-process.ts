import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** Another process of a benchmark, which says its address when it is ready and ends when this one does. */
export class PeerProcess {
  readonly address: string;
  readonly #child: ChildProcess;

  /** `script`: a built file beside this one. */
  static async start(script: string): Promise<PeerProcess> {
    const child = fork(fileURLToPath(new URL(script, import.meta.url)));
    const [address] = (await once(child, 'message')) as [unknown];
    return new PeerProcess(child, String(address));
  }

  private constructor(child: ChildProcess, address: string) {
    this.#child = child;
    this.address = address;
  }

  send(message: object): void {
    this.#child.send(message);
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill();
    await exited;
  }
}
