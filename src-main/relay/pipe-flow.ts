import {
  RELAY_FRAME_OVERHEAD_BYTES,
  RELAY_PENDING_BYTES,
  RELAY_PIPE_HIGH_WATER_BYTES,
  RELAY_PIPE_LOW_WATER_BYTES,
} from '../../src-shared/limits.ts';
import type { BufferBudget } from './buffer-budget.ts';
import type { RelaySocket } from './relay-socket.ts';

const BINARY = { binary: true, compress: false };

interface PipeFlowOptions {
  readonly from: RelaySocket;
  /** Bytes that may pass before {@link PipeFlow.open}. */
  readonly allowance: number;
  readonly budget: BufferBudget;
  /** The reader took what it was behind with. */
  onProgress(): void;
  /** The relay holds too much, and this reader has been behind longest. */
  onAbandon(): void;
}

/**
 * One direction of a pipe: takes the frames of one socket, writes them to the other in order and unchanged, and stops reading
 * while the other does not keep up, so that the sender feels it as TCP back-pressure. No frame is ever dropped.
 *
 * Until {@link connect} there is no reader, and until {@link open} only the allowance passes; what is more waits here.
 */
export class PipeFlow {
  readonly #options: PipeFlowOptions;
  #to: RelaySocket | null = null;
  #allowance: number;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  /** Cost of the frames written to `to` and not yet taken by the operating system. */
  #queued = 0;
  #behind = false;
  #corked = false;
  #stopped = false;

  constructor(options: PipeFlowOptions) {
    this.#options = options;
    this.#allowance = options.allowance;
  }

  /** Where the frames go, those that came already included. */
  connect(to: RelaySocket): void {
    this.#to = to;
    this.#flush();
  }

  /** Lifts the allowance. */
  open(): void {
    this.#allowance = Infinity;
    this.#flush();
  }

  frame(data: Buffer): void {
    if (this.#stopped) return;
    const to = this.#to;
    this.#options.budget.hold(cost(data));
    if (to && this.#waiting.length === 0 && data.length <= this.#allowance) {
      this.#send(to, data);
    } else {
      this.#waiting.push(data);
      this.#waitingBytes += data.length;
    }
    this.#steer();
  }

  /** Takes no more frames and forgets those that may not pass; what was written stays counted until it is gone. */
  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    for (const data of this.#waiting) this.#options.budget.release(cost(data));
    this.#waiting = [];
    this.#options.budget.moving(this);
  }

  abandon(): void {
    this.#options.onAbandon();
  }

  #flush(): void {
    const to = this.#to;
    if (!to || this.#stopped) return;
    let count = 0;
    for (const data of this.#waiting) {
      if (data.length > this.#allowance) break;
      count += 1;
      this.#waitingBytes -= data.length;
      this.#send(to, data);
    }
    this.#waiting.splice(0, count);
    this.#steer();
  }

  #send(to: RelaySocket, data: Buffer): void {
    const bytes = cost(data);
    this.#allowance -= data.length;
    this.#queued += bytes;
    this.#cork(to);
    to.ws.send(data, BINARY, () => this.#sent(bytes));
  }

  /** Frames that came in one read leave in one write. */
  #cork(to: RelaySocket): void {
    if (this.#corked) return;
    this.#corked = true;
    to.raw.cork();
    process.nextTick(() => {
      this.#corked = false;
      to.raw.uncork();
    });
  }

  /** Also called for each frame when the socket breaks. */
  #sent(bytes: number): void {
    this.#queued -= bytes;
    this.#options.budget.release(bytes);
    if (this.#behind && this.#queued <= RELAY_PIPE_LOW_WATER_BYTES) this.#steer();
  }

  /** Stops or goes on reading. While nobody has joined yet, reading goes on a little, because only a read finds a client gone. */
  #steer(): void {
    if (this.#stopped) return;
    const full = this.#to === null ? this.#waitingBytes >= RELAY_PENDING_BYTES : this.#waiting.length > 0;
    const mark = this.#behind ? RELAY_PIPE_LOW_WATER_BYTES : RELAY_PIPE_HIGH_WATER_BYTES;
    const behind = full || this.#queued > mark;
    if (behind === this.#behind) return;
    this.#behind = behind;
    if (behind) {
      this.#options.budget.stuck(this);
      this.#options.from.ws.pause();
    } else {
      this.#options.budget.moving(this);
      this.#options.onProgress();
      this.#options.from.ws.resume();
    }
  }
}

function cost(data: Buffer): number {
  return data.length + RELAY_FRAME_OVERHEAD_BYTES;
}
