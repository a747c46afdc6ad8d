import { concat } from '../bytes.ts';
import { MAX_MESSAGE_BYTES, MAX_OPEN_TRANSFERS } from '../limits.ts';
import { MAX_RECORD_DATA_BYTES } from './record.ts';
import { CHUNK_DATA_BYTES, FIRST_CHUNK_DATA_BYTES, readU32 } from './transfer-format.ts';

interface Transfer {
  readonly total: number;
  received: number;
  readonly parts: Uint8Array[];
}

export type ChunkResult =
  | { readonly state: 'more' }
  | { readonly state: 'complete'; readonly message: Uint8Array }
  | { readonly state: 'refused'; readonly why: 'protocol' | 'too-large' };

const MORE: ChunkResult = { state: 'more' };
const MALFORMED: ChunkResult = { state: 'refused', why: 'protocol' };

/**
 * Puts chunks together. Nothing is allocated for a declared total: memory follows what has arrived, and since every chunk but
 * the last must be full, a peer cannot make us hold many small pieces.
 */
export class InboundTransfers {
  readonly #open = new Map<number, Transfer>();

  first(data: Uint8Array): ChunkResult {
    const stream = readU32(data, 0);
    const total = readU32(data, 4);
    if (stream === null || total === null) return MALFORMED;
    if (total > MAX_MESSAGE_BYTES) return { state: 'refused', why: 'too-large' };
    if (total <= MAX_RECORD_DATA_BYTES || this.#open.has(stream) || this.#open.size >= MAX_OPEN_TRANSFERS)
      return MALFORMED;
    const transfer: Transfer = { total, received: 0, parts: [] };
    this.#open.set(stream, transfer);
    return this.#take(stream, transfer, data.subarray(8), FIRST_CHUNK_DATA_BYTES);
  }

  next(data: Uint8Array): ChunkResult {
    const stream = readU32(data, 0);
    const transfer = stream === null ? undefined : this.#open.get(stream);
    if (stream === null || !transfer) return MALFORMED;
    return this.#take(stream, transfer, data.subarray(4), CHUNK_DATA_BYTES);
  }

  clear(): void {
    this.#open.clear();
  }

  #take(stream: number, transfer: Transfer, part: Uint8Array, fullLength: number): ChunkResult {
    if (part.length !== Math.min(fullLength, transfer.total - transfer.received)) return MALFORMED;
    transfer.parts.push(part);
    transfer.received += part.length;
    if (transfer.received < transfer.total) return MORE;
    this.#open.delete(stream);
    return { state: 'complete', message: concat(...transfer.parts) };
  }
}
