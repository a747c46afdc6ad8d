import type { RawData, WebSocket } from 'ws';
import { SOCKET_CLOSE } from '../../src-shared/channel/frame-socket.ts';
import type { FrameHandlers, FrameSocket, SocketCloseInfo } from '../../src-shared/channel/frame-socket.ts';
import { EARLY_FRAMES_BYTES, SOCKET_CLOSE_TIMEOUT_MS } from '../../src-shared/limits.ts';

/** Longest reason a close frame can carry (RFC 6455 §5.5). */
const MAX_REASON_BYTES = 123;

/**
 * An open WebSocket of the `ws` package as a {@link FrameSocket}, made in the same turn as the socket opened. Binary frames
 * only: a text frame ends it with 4400. Frames that come before `attach` are kept up to `EARLY_FRAMES_BYTES`, then it stops
 * reading. Sending to a socket that is not open does nothing.
 */
export function wsFrameSocket(ws: WebSocket): FrameSocket {
  return new WsFrameSocket(ws);
}

class WsFrameSocket implements FrameSocket {
  readonly #ws: WebSocket;
  #handlers: FrameHandlers | null = null;
  #early: Uint8Array[] = [];
  #earlyBytes = 0;
  #paused = false;
  #closing = false;
  #ended: SocketCloseInfo | null = null;
  #told: FrameHandlers | null = null;
  #giveUp: NodeJS.Timeout | null = null;

  constructor(ws: WebSocket) {
    this.#ws = ws;
    ws.binaryType = 'nodebuffer';
    ws.on('message', (data, isBinary) => this.#received(data, isBinary));
    // What broke is known from the close that follows.
    ws.on('error', () => {});
    ws.on('close', (code, reason) => this.#gone({ code, reason: reason.toString() }));
    if (ws.readyState === ws.CLOSED) this.#gone({ code: 1006, reason: '' });
  }

  send(frame: Uint8Array): void {
    if (this.#closing || this.#ws.readyState !== this.#ws.OPEN) return;
    this.#ws.send(frame, { binary: true }, this.#written);
  }

  readonly #written = (): void => {
    if (!this.#ended) this.#handlers?.writable?.();
  };

  bufferedAmount(): number {
    return this.#ws.bufferedAmount;
  }

  close(code: number, reason: string): void {
    if (this.#closing || this.#ended) return;
    this.#closing = true;
    // The peer's close frame is only found by reading.
    this.#ws.resume();
    this.#ws.close(code, reason.slice(0, MAX_REASON_BYTES));
    this.#giveUp = setTimeout(() => this.#ws.terminate(), SOCKET_CLOSE_TIMEOUT_MS);
  }

  attach(handlers: FrameHandlers): void {
    this.#handlers = handlers;
    const early = this.#early;
    this.#early = [];
    this.#earlyBytes = 0;
    if (!this.#paused && !this.#ended) this.#ws.resume();
    // A handler may hand over to another one in the middle of the early frames.
    for (const frame of early) if (!this.#closing) this.#handlers.frame(frame);
    if (this.#ended) queueMicrotask(() => this.#tell());
  }

  pause(): void {
    this.#paused = true;
    if (!this.#closing) this.#ws.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#ws.resume();
  }

  #received(data: RawData, isBinary: boolean): void {
    if (this.#closing) return;
    if (!isBinary || !Buffer.isBuffer(data)) {
      this.close(SOCKET_CLOSE.failed, '');
      return;
    }
    if (this.#handlers) {
      this.#handlers.frame(data);
      return;
    }
    // Copied, because a small frame would keep the whole read that it came in.
    this.#early.push(Uint8Array.from(data));
    this.#earlyBytes += data.length;
    if (this.#earlyBytes >= EARLY_FRAMES_BYTES) this.#ws.pause();
  }

  #gone(info: SocketCloseInfo): void {
    if (this.#ended) return;
    this.#ended = info;
    if (this.#giveUp) clearTimeout(this.#giveUp);
    this.#tell();
  }

  #tell(): void {
    if (!this.#ended || !this.#handlers || this.#told === this.#handlers) return;
    this.#told = this.#handlers;
    this.#handlers.closed(this.#ended);
  }
}
