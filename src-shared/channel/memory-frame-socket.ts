import type { FrameHandlers, FrameSocket, SocketCloseInfo } from './frame-socket.ts';

export interface MemorySocketEvents {
  /** One frame left this end. */
  sent(frame: Uint8Array): void;
  /** This end started to close. */
  closing(info: SocketCloseInfo): void;
}

/** For tests: one end of a pipe whose other end is the test, or another of these. */
export class MemoryFrameSocket implements FrameSocket {
  /** What {@link bufferedAmount} says; a test sets it to play a slow peer. */
  buffered = 0;
  readonly #events: MemorySocketEvents;
  readonly #kept: Uint8Array[] = [];
  #handlers: FrameHandlers | null = null;
  #closing = false;
  #closed: SocketCloseInfo | null = null;

  constructor(events: MemorySocketEvents) {
    this.#events = events;
  }

  send(frame: Uint8Array): void {
    if (!this.#closing && !this.#closed) this.#events.sent(frame);
  }

  bufferedAmount(): number {
    return this.buffered;
  }

  close(code: number, reason: string): void {
    if (this.#closing || this.#closed) return;
    this.#closing = true;
    this.#events.closing({ code, reason });
    queueMicrotask(() => this.end({ code, reason }));
  }

  attach(handlers: FrameHandlers): void {
    this.#handlers = handlers;
    for (const frame of this.#kept.splice(0)) handlers.frame(frame);
    const closed = this.#closed;
    if (closed) queueMicrotask(() => handlers.closed(closed));
  }

  /** A frame arrives at this end. */
  deliver(frame: Uint8Array): void {
    if (this.#closed) return;
    if (this.#handlers) this.#handlers.frame(frame);
    else this.#kept.push(frame);
  }

  /** The pipe ends here, by either side or by a cut. */
  end(info: SocketCloseInfo): void {
    if (this.#closed) return;
    this.#closed = info;
    this.#handlers?.closed(info);
  }

  /** Queued bytes went out. */
  drain(): void {
    this.buffered = 0;
    this.#handlers?.writable?.();
  }
}

/** For tests: two ends that pass frames on in order, one microtask later. */
export function memorySocketPair(): [MemoryFrameSocket, MemoryFrameSocket] {
  const ends: MemoryFrameSocket[] = [];
  const end = (other: number) =>
    new MemoryFrameSocket({
      sent: (frame) => queueMicrotask(() => ends[other]!.deliver(frame)),
      closing: (info) => queueMicrotask(() => ends[other]!.end(info)),
    });
  ends.push(end(1), end(0));
  return [ends[0]!, ends[1]!];
}
