import { MAX_RECORD_BYTES, MIN_RECORD_BYTES } from '../limits.ts';

/** Plaintext of one transport message: `u8 type || u24 length || data || zeros`, padded to a Padmé size. */
const HEADER_BYTES = 4;
const encoder = new TextEncoder();
/** The number of a type is its place here, from 1. */
const RECORD_TYPES = ['message', 'chunk-first', 'chunk', 'ping', 'pong', 'fin'] as const;

export type RecordType = (typeof RECORD_TYPES)[number];

export interface ChannelRecord {
  readonly type: RecordType;
  readonly data: Uint8Array;
}

export const MAX_RECORD_DATA_BYTES = MAX_RECORD_BYTES - HEADER_BYTES;

/** The parts are the data, one after the other. Throws RangeError above {@link MAX_RECORD_DATA_BYTES}. */
export function encodeRecord(type: RecordType, ...parts: readonly Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  if (length > MAX_RECORD_DATA_BYTES) throw new RangeError('A record holds at most 63,484 bytes of data.');
  const record = new Uint8Array(paddedLength(HEADER_BYTES + length));
  writeHeader(record, type, length);
  let at = HEADER_BYTES;
  for (const part of parts) {
    record.set(part, at);
    at += part.length;
  }
  return record;
}

/**
 * Writes a message record over the zeros at the start of `scratch` ({@link MAX_RECORD_BYTES} of them) and gives that part, or null when
 * the text does not fit into one record. Saves an allocation and a copy for every message; the caller fills the part with zeros again.
 */
export function writeMessageRecord(text: string, scratch: Uint8Array): Uint8Array | null {
  if (text.length > MAX_RECORD_DATA_BYTES) return null;
  const { read, written } = encoder.encodeInto(text, scratch.subarray(HEADER_BYTES));
  if (read < text.length) {
    scratch.fill(0);
    return null;
  }
  writeHeader(scratch, 'message', written);
  return scratch.subarray(0, paddedLength(HEADER_BYTES + written));
}

/** null when the type is unknown, the length is not the one the padding stands for, or the padding is not zero. */
export function parseRecord(bytes: Uint8Array): ChannelRecord | null {
  if (bytes.length < MIN_RECORD_BYTES || bytes.length > MAX_RECORD_BYTES) return null;
  const type = RECORD_TYPES[bytes[0]! - 1];
  const end = HEADER_BYTES + ((bytes[1]! << 16) | (bytes[2]! << 8) | bytes[3]!);
  if (type === undefined || end > bytes.length || paddedLength(end) !== bytes.length) return null;
  for (let i = end; i < bytes.length; i++) if (bytes[i] !== 0) return null;
  return { type, data: bytes.subarray(HEADER_BYTES, end) };
}

/**
 * Padmé (Nikitin et al., "Reducing Metadata Leakage from Encrypted Files and Communication with PURBs", §4) with a floor: the
 * length keeps only its leading `1 + floor(log2(floor(log2 L)))` bits or so, which costs at most 12 %.
 */
export function paddedLength(length: number): number {
  if (length <= MIN_RECORD_BYTES) return MIN_RECORD_BYTES;
  const exponent = 31 - Math.clz32(length);
  const kept = 32 - Math.clz32(exponent);
  const mask = 2 ** (exponent - kept) - 1;
  return (length + mask) & ~mask;
}

function writeHeader(record: Uint8Array, type: RecordType, length: number): void {
  record[0] = RECORD_TYPES.indexOf(type) + 1;
  record[1] = length >>> 16;
  record[2] = (length >>> 8) & 0xff;
  record[3] = length & 0xff;
}
