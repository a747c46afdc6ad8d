import { SOCKET_CLOSE } from '../../../src-shared/channel/frame-socket.ts';
import type { FrameHandlers, FrameSocket, SocketCloseInfo } from '../../../src-shared/channel/frame-socket.ts';
import type { Clock } from '../../../src-shared/clock.ts';
import { deferred } from '../../../src-shared/deferred.ts';
import { MAX_HANDSHAKE_BYTES } from '../../../src-shared/limits.ts';

/** Frames of a handshake that the daemon receives: message 1 and message 3. */
const HANDSHAKE_FRAMES = 2;

/**
 * A socket whose first frame can be looked at before anybody takes it over: the next reader is given it again. It also measures what
 * the frames of the handshake cost its reader; after them it steps aside.
 */
export class FirstFrameSocket implements FrameSocket {
  /** null when the socket closed, or sent too much, before a first frame could be read. */
  readonly first: Promise<Uint8Array | null>;
  readonly pause?: () => void;
  readonly resume?: () => void;
  readonly #socket: FrameSocket;
  readonly #clock: Clock;
  readonly #onClosed: () => void;
  readonly #kept: Uint8Array[] = [];
  #keptBytes = 0;
  readonly #first = deferred<Uint8Array | null>();
  #closed: SocketCloseInfo | null = null;
  #reader: FrameHandlers | null = null;
  #framesRead = 0;
  #costMs = 0;

  /** `onClosed` hears of a close that comes before anybody attached. */
  constructor(socket: FrameSocket, clock: Clock, onClosed: () => void) {
    this.#socket = socket;
    this.#clock = clock;
    this.#onClosed = onClosed;
    this.first = this.#first.promise;
    if (socket.pause) this.pause = () => socket.pause?.();
    if (socket.resume) this.resume = () => socket.resume?.();
    socket.attach({ frame: (data) => this.#frame(data), closed: (info) => this.#ended(info) });
  }

  /** Milliseconds that the reader spent on the handshake's frames so far. */
  get costMs(): number {
    return this.#costMs;
  }

  send(frame: Uint8Array): void {
    this.#socket.send(frame);
  }

  bufferedAmount(): number {
    return this.#socket.bufferedAmount();
  }

  close(code: number, reason: string): void {
    this.#socket.close(code, reason);
  }

  attach(reader: FrameHandlers): void {
    this.#reader = reader;
    if (this.#framesRead >= HANDSHAKE_FRAMES) return this.#socket.attach(reader);
    for (const frame of this.#kept.splice(0)) this.#read(frame);
    const closed = this.#closed;
    if (closed) queueMicrotask(() => this.#reader?.closed(closed));
  }

  #frame(data: Uint8Array): void {
    if (this.#reader) return this.#read(data);
    this.#keptBytes += data.length;
    if (this.#keptBytes > MAX_HANDSHAKE_BYTES) {
      this.#first.resolve(null);
      return this.#socket.close(SOCKET_CLOSE.failed, '');
    }
    // A copy, because a small frame would keep the whole read that it came in.
    this.#kept.push(new Uint8Array(data));
    this.#first.resolve(this.#kept[0] ?? null);
  }

  #read(data: Uint8Array): void {
    const from = this.#clock.now();
    this.#framesRead += 1;
    this.#reader?.frame(data);
    this.#costMs += this.#clock.now() - from;
  }

  #ended(info: SocketCloseInfo): void {
    this.#closed = info;
    this.#first.resolve(null);
    if (this.#reader) this.#reader.closed(info);
    else this.#onClosed();
  }
}
