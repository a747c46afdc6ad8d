import type { Socket } from 'node:net';

export interface Frame {
  readonly type: number;
  readonly payload: Buffer;
}

/** Cuts what comes from a socket into frames (see host-protocol.ts). */
export class FrameReader {
  readonly #maxBytes: number;
  #pieces: Buffer[] = [];
  #length = 0;

  /** `maxBytes`: of a payload. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** The frames that `chunk` completes. Throws when one is longer than the limit, or empty. */
  push(chunk: Buffer): Frame[] {
    this.#pieces.push(chunk);
    this.#length += chunk.length;
    const frames: Frame[] = [];
    while (this.#length >= HEAD_BYTES) {
      const size = this.#front(HEAD_BYTES).readUInt32BE(0);
      if (size < 1 || size > this.#maxBytes + 1) throw new Error(`a frame of ${size} bytes`);
      if (this.#length < 4 + size) break;
      const whole = this.#front(4 + size);
      frames.push({ type: whole[4]!, payload: whole.subarray(HEAD_BYTES, 4 + size) });
      this.#drop(4 + size);
    }
    return frames;
  }

  /** At least the first `count` bytes, in one piece. */
  #front(count: number): Buffer {
    if (this.#pieces[0]!.length < count) this.#pieces = [Buffer.concat(this.#pieces)];
    return this.#pieces[0]!;
  }

  #drop(count: number): void {
    const rest = this.#pieces[0]!.subarray(count);
    if (rest.length === 0) this.#pieces.shift();
    else this.#pieces[0] = rest;
    this.#length -= count;
  }
}

/** Sends a frame. False when the socket has more to do than it should. `sent` is told when the system has it. */
export function writeFrame(
  socket: Socket,
  type: number,
  parts: readonly Buffer[],
  sent?: (error?: Error | null) => void,
): boolean {
  const size = parts.reduce((sum, part) => sum + part.length, 0);
  const head = Buffer.allocUnsafe(HEAD_BYTES);
  head.writeUInt32BE(size + 1, 0);
  head[4] = type;
  if (size <= COPY_BYTES) return socket.write(Buffer.concat([head, ...parts]), sent);
  socket.cork();
  socket.write(head);
  for (const part of parts.slice(0, -1)) socket.write(part);
  const room = socket.write(parts.at(-1)!, sent);
  socket.uncork();
  return room;
}

/** Sends `message` as JSON in a frame. */
export function writeMessage(socket: Socket, type: number, message: object): boolean {
  return writeFrame(socket, type, [Buffer.from(JSON.stringify(message))]);
}

const HEAD_BYTES = 5;
/** A short frame is cheaper as one buffer than as several. */
const COPY_BYTES = 4096;
