import { MAX_ENTRY_BYTES } from '../limits.ts';
import type { EntryBody } from '../../../src-shared/wire/timeline.ts';

/** Room for `seq`, `at` and the braces of a line. */
const LINE_OVERHEAD_BYTES = 128;
/** Text that an entry may hold, as JSON in UTF-8. */
export const MAX_BODY_BYTES = MAX_ENTRY_BYTES - LINE_OVERHEAD_BYTES;

/**
 * The body itself when it fits. Else one whose longest texts, and then whose lists, are cut, each with a mark that says how much is
 * missing; names, ids and choices stay as they are, since answers must match them. One that is too large all the same (none that
 * we make is) becomes a notice that says so.
 */
export function fitBody(body: EntryBody): EntryBody {
  if (jsonBytes(body) <= MAX_BODY_BYTES) return body;
  for (const bounds of STEPS) {
    const fitted = shorten(body, bounds) as EntryBody;
    if (jsonBytes(fitted) <= MAX_BODY_BYTES) return fitted;
  }
  const text = `Something that the agent did was too large to be kept (${body.kind}).`;
  return { kind: 'notice', level: 'warning', text };
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

interface Bounds {
  /** Of each text, and items of each list. */
  readonly chars: number;
  readonly items: number;
}

/** Nobody reads longer lists, and cutting them first keeps the other steps cheap. */
const MAX_ITEMS = 256;
/** Shorter texts would say nothing. */
const MIN_CHARS = 256;
const STEPS: readonly Bounds[] = [
  ...halves(128 * 1024, MIN_CHARS).map((chars) => ({ chars, items: MAX_ITEMS })),
  ...halves(MAX_ITEMS / 2, 1).map((items) => ({ chars: MIN_CHARS, items })),
];

/** What people read: everything else is compared with something. */
const TEXTS: ReadonlySet<string> = new Set([
  ...['text', 'title', 'input', 'output', 'oldText', 'newText', 'path', 'data', 'error', 'message'],
]);
/** Lists that say enough when they end early, with what says that they do. */
const LISTS = new Map<string, (missing: string) => object | null>([
  ['content', (text) => ({ type: 'text', text })],
  ['steps', (text) => ({ text, status: 'pending', priority: 'low' })],
  ['locations', () => null],
  ['mentions', () => null],
]);

/** Names in these are the agent's own, whatever they look like. */
const WHOLE: ReadonlySet<string> = new Set(['fields', 'options', 'option', 'values']);

function shorten(value: unknown, bounds: Bounds, key = ''): unknown {
  if (WHOLE.has(key)) return value;
  if (typeof value === 'string') return TEXTS.has(key) ? cutText(value, bounds.chars) : value;
  if (Array.isArray(value)) {
    const marker = LISTS.get(key);
    const kept = marker === undefined ? value : value.slice(0, bounds.items);
    const items = kept.map((item: unknown) => shorten(item, bounds));
    const mark = kept.length < value.length && marker?.(`… [cut: ${value.length - kept.length} more]`);
    return mark ? [...items, mark] : items;
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, shorten(item, bounds, name)]));
}

function halves(from: number, to: number): number[] {
  return from < to ? [] : [from, ...halves(Math.floor(from / 2), to)];
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}
