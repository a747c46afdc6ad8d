import { MAX_OPEN_TRANSFERS } from '../limits.ts';
import { encodeRecord, MAX_RECORD_DATA_BYTES } from './record.ts';
import { CHUNK_DATA_BYTES, FIRST_CHUNK_DATA_BYTES, firstChunkHeader, u32 } from './transfer-format.ts';

interface Waiting {
  readonly bytes: Uint8Array;
  readonly lane: string | undefined;
}

interface Transfer extends Waiting {
  readonly stream: number;
  sent: number;
}

/**
 * Messages that cannot go out at once: those larger than a record, which are cut into chunks and take turns, and those that wait
 * behind one of their own lane.
 */
export class OutboundTransfers {
  readonly #emit: (record: Uint8Array) => void;
  readonly #hasRoom: () => boolean;
  readonly #active: Transfer[] = [];
  #waiting: Waiting[] = [];
  #nextStream = 1;
  #unsent = 0;

  /** `hasRoom` is asked before every chunk. */
  constructor(emit: (record: Uint8Array) => void, hasRoom: () => boolean) {
    this.#emit = emit;
    this.#hasRoom = hasRoom;
  }

  /** Bytes accepted and not yet emitted. */
  get unsentBytes(): number {
    return this.#unsent;
  }

  /** True while chunks are left for a later {@link pump}. */
  get busy(): boolean {
    return this.#active.length > 0;
  }

  /** Emits a small message at once unless its lane is busy; queues the rest. */
  add(bytes: Uint8Array, lane: string | undefined): void {
    this.#unsent += bytes.length;
    this.#waiting.push({ bytes, lane });
    this.#startWaiting();
  }

  /** Emits chunks, one of each transfer in turn, while there is room. */
  pump(): void {
    while (this.#active.length > 0 && this.#hasRoom()) {
      const transfer = this.#active.shift()!;
      this.#emitChunk(transfer);
      if (transfer.sent < transfer.bytes.length) this.#active.push(transfer);
      else this.#startWaiting();
    }
  }

  clear(): void {
    this.#active.length = 0;
    this.#waiting = [];
    this.#unsent = 0;
  }

  #startWaiting(): void {
    const queue = this.#waiting;
    this.#waiting = [];
    const busyLanes = new Set(this.#active.map(({ lane }) => lane));
    busyLanes.delete(undefined);
    for (const message of queue) {
      const small = message.bytes.length <= MAX_RECORD_DATA_BYTES;
      if (busyLanes.has(message.lane) || (!small && this.#active.length >= MAX_OPEN_TRANSFERS)) {
        this.#waiting.push(message);
      } else if (small) {
        this.#unsent -= message.bytes.length;
        this.#emit(encodeRecord('message', message.bytes));
        continue;
      } else {
        this.#active.push({ ...message, stream: this.#takeStream(), sent: 0 });
      }
      if (message.lane !== undefined) busyLanes.add(message.lane);
    }
  }

  #emitChunk(transfer: Transfer): void {
    const { stream, bytes, sent } = transfer;
    const first = sent === 0;
    const data = bytes.subarray(sent, sent + (first ? FIRST_CHUNK_DATA_BYTES : CHUNK_DATA_BYTES));
    transfer.sent += data.length;
    this.#unsent -= data.length;
    const header = first ? firstChunkHeader(stream, bytes.length) : u32(stream);
    this.#emit(encodeRecord(first ? 'chunk-first' : 'chunk', header, data));
  }

  #takeStream(): number {
    const stream = this.#nextStream;
    this.#nextStream = stream === 0xffff_ffff ? 1 : stream + 1;
    return stream;
  }
}
