import { MAX_ENTRY_BYTES } from '../limits.ts';
import type { EntryBody } from '../../../src-shared/wire/timeline.ts';

/** Room for `seq`, `at` and the braces of a line. */
const LINE_OVERHEAD_BYTES = 128;
/** Text that an entry may hold, as JSON in UTF-8. */
export const MAX_BODY_BYTES = MAX_ENTRY_BYTES - LINE_OVERHEAD_BYTES;

/** The body itself when it fits, else one whose longest texts are cut, each with a mark that says how much is missing. */
export function fitBody(body: EntryBody): EntryBody {
  let fitted = body;
  for (let limit = 128 * 1024; jsonBytes(fitted) > MAX_BODY_BYTES; limit = Math.floor(limit / 2)) {
    fitted = cutStrings(body, limit) as EntryBody;
  }
  return fitted;
}

/** At most `limit` UTF-16 units plus the mark; never ends in half a surrogate pair that was whole. */
export function cutText(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const end = isHighSurrogate(text.charCodeAt(limit - 1)) ? limit - 1 : limit;
  return `${text.slice(0, end)}\n… [cut: ${text.length - end} more characters]`;
}

/** Splits so that no part is longer than `limit` units and no surrogate pair is torn. */
export function splitText(text: string, limit: number): string[] {
  const parts: string[] = [];
  let start = 0;
  while (text.length - start > limit) {
    const end = isHighSurrogate(text.charCodeAt(start + limit - 1)) ? start + limit - 1 : start + limit;
    parts.push(text.slice(start, end));
    start = end;
  }
  parts.push(text.slice(start));
  return parts;
}

/** Bytes of a value as JSON in UTF-8. */
export function jsonBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

function cutStrings(value: unknown, limit: number): unknown {
  if (typeof value === 'string') return cutText(value, limit);
  if (Array.isArray(value)) return value.map((item: unknown) => cutStrings(item, limit));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, cutStrings(item, limit)]));
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}
