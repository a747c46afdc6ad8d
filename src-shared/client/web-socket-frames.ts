import { type FrameHandlers, type FrameSocket, SOCKET_CLOSE, type SocketCloseInfo } from '../channel/frame-socket.ts';
import type { Clock } from '../clock.ts';
import { MAX_HANDSHAKE_BYTES, SOCKET_CLOSE_TIMEOUT_MS } from '../limits.ts';

/** The part of a WHATWG WebSocket that is used; the browser's own and that of `ws` have it. */
export interface WebSocketLike {
  binaryType: string;
  readonly bufferedAmount: number;
  readonly readyState: number;
  send(data: Uint8Array<ArrayBuffer> | string): void;
  close(code?: number, reason?: string): void;
  addEventListener(type: 'open' | 'error', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(type: 'close', listener: (event: SocketCloseInfo) => void): void;
}

const OPEN = 1;

/** Binary frames over a WHATWG WebSocket, open or opening. */
export function webSocketFrames(socket: WebSocketLike, clock: Clock): FrameSocket {
  return new WebSocketFrames(socket, clock);
}

class WebSocketFrames implements FrameSocket {
  readonly #socket: WebSocketLike;
  readonly #clock: Clock;
  #handlers: FrameHandlers | null = null;
  #early: Uint8Array[] = [];
  #earlyBytes = 0;
  #end: SocketCloseInfo | null = null;
  #closing: { readonly cancel: () => void } | null = null;

  constructor(socket: WebSocketLike, clock: Clock) {
    this.#socket = socket;
    this.#clock = clock;
    socket.binaryType = 'arraybuffer';
    socket.addEventListener('message', ({ data }) => this.#receive(data));
    socket.addEventListener('close', ({ code, reason }) => this.#ended({ code, reason }));
  }

  send(frame: Uint8Array): void {
    if (this.#closing !== null || this.#socket.readyState !== OPEN) return;
    this.#socket.send(frame as Uint8Array<ArrayBuffer>);
  }

  bufferedAmount(): number {
    return this.#socket.bufferedAmount;
  }

  close(code: number, reason: string): void {
    if (this.#closing !== null || this.#end !== null) return;
    // A browser cannot destroy a socket: after a while it is left to itself.
    const cancel = this.#clock.after(SOCKET_CLOSE_TIMEOUT_MS, () => this.#ended({ code: 1006, reason: '' }));
    this.#closing = { cancel };
    this.#socket.close(code, reason);
  }

  attach(handlers: FrameHandlers): void {
    this.#handlers = handlers;
    for (const frame of this.#early.splice(0)) handlers.frame(frame);
    const end = this.#end;
    if (end !== null) queueMicrotask(() => handlers.closed(end));
  }

  #receive(data: unknown): void {
    if (this.#end !== null || this.#closing !== null) return;
    if (!(data instanceof ArrayBuffer)) return this.close(SOCKET_CLOSE.failed, '');
    const frame = new Uint8Array(data);
    if (this.#handlers !== null) return this.#handlers.frame(frame);
    // Nobody has reason to send much before the handshake begins.
    this.#earlyBytes += frame.length;
    if (this.#earlyBytes > MAX_HANDSHAKE_BYTES) this.close(SOCKET_CLOSE.failed, '');
    else this.#early.push(frame);
  }

  #ended(info: SocketCloseInfo): void {
    if (this.#end !== null) return;
    this.#end = info;
    this.#closing?.cancel();
    this.#handlers?.closed(info);
  }
}
