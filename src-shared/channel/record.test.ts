import { describe, expect, it } from 'vitest';
import { MAX_RECORD_BYTES } from '../limits.ts';
import { utf8 } from '../bytes.ts';
import { encodeRecord, MAX_RECORD_DATA_BYTES, paddedLength, parseRecord, writeMessageRecord } from './record.ts';

describe('records', () => {
  it('are type, u24 length, data and zeros', () => {
    const record = encodeRecord('chunk', Uint8Array.of(9), new Uint8Array(300).fill(8));
    expect([...record.subarray(0, 6)]).toEqual([3, 0, 1, 45, 9, 8]);
    expect(record).toHaveLength(320);
    expect(record.subarray(305).every((byte) => byte === 0)).toBe(true);
    expect(parseRecord(record)).toEqual({ type: 'chunk', data: record.subarray(4, 305) });
  });

  it('number their types from 1', () => {
    const types = ['message', 'chunk-first', 'chunk', 'ping', 'pong', 'fin'] as const;
    expect(types.map((type) => encodeRecord(type)[0])).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('have a length of the Padmé set, from 256 to 63,488', () => {
    // Known values: L = 9 bits of mantissa and less; 2^e plus multiples of 2^(e - floor(log2 e) - 1).
    expect([0, 1, 256, 257, 272, 273, 300, 1000, 4097, 63_488].map(paddedLength)).toEqual([
      256, 256, 256, 272, 272, 288, 304, 1024, 4352, 63_488,
    ]);
    const lengths = new Set<number>();
    for (let length = 1; length <= MAX_RECORD_BYTES; length++) {
      const padded = paddedLength(length);
      expect(padded >= length && paddedLength(padded) === padded && (padded === 256 || padded < length * 1.125)).toBe(
        true,
      );
      lengths.add(padded);
    }
    expect(lengths.size).toBe(128);
    expect(Math.max(...lengths)).toBe(MAX_RECORD_BYTES);
  });

  it('hide how long a short message is', () => {
    const lengths = [1, 40, 200, 252].map((length) => encodeRecord('message', new Uint8Array(length)).length);
    expect(new Set(lengths)).toEqual(new Set([256]));
  });

  it('are the same when they are written from text into shared memory, which is left as zeros when the text does not fit', () => {
    const scratch = new Uint8Array(MAX_RECORD_BYTES);
    for (const text of ['', 'short', 'é😀'.repeat(300), 'x'.repeat(MAX_RECORD_DATA_BYTES)]) {
      const record = writeMessageRecord(text, scratch)!;
      expect(Buffer.from(record).equals(encodeRecord('message', utf8(text)))).toBe(true);
      record.fill(0);
    }
    for (const text of [
      'x'.repeat(MAX_RECORD_DATA_BYTES + 1),
      'é'.repeat(40_000),
      'x'.repeat(MAX_RECORD_DATA_BYTES - 1) + 'é',
    ])
      expect(writeMessageRecord(text, scratch)).toBeNull();
    expect(scratch.every((byte) => byte === 0)).toBe(true);
  });

  it('hold at most 63,484 bytes', () => {
    expect(encodeRecord('message', new Uint8Array(MAX_RECORD_DATA_BYTES))).toHaveLength(MAX_RECORD_BYTES);
    expect(() => encodeRecord('message', new Uint8Array(MAX_RECORD_DATA_BYTES + 1))).toThrow(RangeError);
  });

  it('are refused with an unknown type, a length that does not fit, padding that is not zero, or more padding than due', () => {
    const good = encodeRecord('message', new Uint8Array(10));
    const changed = (at: number, value: number) => {
      const copy = good.slice();
      copy[at] = value;
      return parseRecord(copy);
    };
    expect(parseRecord(good)?.data).toHaveLength(10);
    for (const type of [0, 7, 255]) expect(changed(0, type)).toBeNull();
    expect(changed(1, 1)).toBeNull();
    expect(changed(2, 1)).toBeNull();
    expect(changed(3, 253)).toBeNull();
    for (let at = 14; at < 256; at++) expect(changed(at, 1)).toBeNull();
    for (const length of [0, 3, 255, 272, 512, 65_535]) {
      const other = new Uint8Array(length);
      other.set(good.subarray(0, Math.min(14, length)));
      expect(parseRecord(other)).toBeNull();
    }
  });
});
