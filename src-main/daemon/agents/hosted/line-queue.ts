import type { HostLine } from '../../../agent-host/host-protocol.ts';
import { HOST_QUEUE_HIGH_BYTES, HOST_QUEUE_LOW_BYTES } from '../../limits.ts';

/** How the lines end: all were there, nobody wants the rest, an error, or the rest comes from elsewhere. */
type QueueEnd = 'complete' | 'unwanted' | Error | AsyncIterable<HostLine>;

/** Lines of a host that wait for their one reader. It asks the host to pause when too many do. */
export class LineQueue {
  readonly #onFlow: (paused: boolean) => void;
  #lines: HostLine[] = [];
  #bytes = 0;
  #received: number;
  #paused = false;
  #end: QueueEnd | null = null;
  #taken = false;
  #wake = () => {};

  /** `from`: number of the line before the first. */
  constructor(from: number, onFlow: (paused: boolean) => void) {
    this.#received = from;
    this.#onFlow = onFlow;
  }

  /** Number of the last line that came. */
  get received(): number {
    return this.#received;
  }

  /** An earlier line that comes again, before the first new one. */
  repeat(line: HostLine): void {
    if (line.n > this.#received) throw new Error(`line ${line.n} again after ${this.#received}`);
    this.#add(line);
  }

  /** Throws when it is not the next line. */
  push(line: HostLine): void {
    if (line.n !== this.#received + 1) throw new Error(`line ${line.n} after ${this.#received}`);
    this.#received = line.n;
    this.#add(line);
  }

  #add(line: HostLine): void {
    this.#lines.push(line);
    this.#bytes += costOf(line);
    this.#flow();
    this.#wake();
  }

  /** Nothing comes any more; the first call counts. */
  close(end: QueueEnd): void {
    this.#end ??= end;
    if (end === 'unwanted' || end instanceof Error) this.#lines = [];
    this.#wake();
  }

  /** Once. */
  async *read(): AsyncGenerator<HostLine> {
    if (this.#taken) throw new Error('the lines have a reader already');
    this.#taken = true;
    for (;;) {
      const batch = this.#lines;
      this.#lines = [];
      for (const line of batch) {
        if (this.#end === 'unwanted') return;
        this.#bytes -= costOf(line);
        this.#flow();
        yield line;
      }
      if (this.#lines.length > 0) continue;
      if (this.#end !== null) break;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    if (this.#end instanceof Error) throw this.#end;
    if (typeof this.#end === 'object') yield* this.#end;
  }

  #flow(): void {
    const paused = this.#bytes > (this.#paused ? HOST_QUEUE_LOW_BYTES : HOST_QUEUE_HIGH_BYTES);
    if (paused === this.#paused || this.#end !== null) return;
    this.#paused = paused;
    this.#onFlow(paused);
  }
}

/** With what holding a short line costs beside its bytes. */
function costOf({ bytes }: HostLine): number {
  return bytes.length + 100;
}
