import { concat } from '../bytes.ts';
import { MAX_RECORD_DATA_BYTES } from './record.ts';

/** First chunk: `u32 stream || u32 total || data`; the others: `u32 stream || data`. Every chunk but the last is full. */
export const FIRST_CHUNK_DATA_BYTES = MAX_RECORD_DATA_BYTES - 8;
export const CHUNK_DATA_BYTES = MAX_RECORD_DATA_BYTES - 4;

export function firstChunkHeader(stream: number, total: number): Uint8Array {
  return concat(u32(stream), u32(total));
}

export function u32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

/** null when the bytes end before `offset + 4`. */
export function readU32(bytes: Uint8Array, offset: number): number | null {
  if (bytes.length < offset + 4) return null;
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(offset);
}
