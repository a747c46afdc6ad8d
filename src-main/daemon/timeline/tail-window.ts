import type { EntryBody, TimelineEntry } from '../../../src-shared/wire/timeline.ts';
import { jsonBytes, MAX_BODY_BYTES } from './entry-bounds.ts';
import { GrowingText } from './growing-text.ts';

/** Entries kept in memory per agent; followers that are further behind read the disk. */
const WINDOW_BYTES = 512 * 1024;

interface Held {
  readonly seq: number;
  readonly at: string;
  readonly body: EntryBody;
  /** Text of a `message` or `thought`, which may be longer than the one in `body`. */
  readonly text: GrowingText | null;
  bytes: number;
}

/** The newest entries of a timeline. Only the very newest may grow. */
export class TailWindow {
  #held: Held[] = [];
  #bytes = 0;

  /** Sequence number of the oldest entry held, or null when empty. */
  get first(): number | null {
    return this.#held[0]?.seq ?? null;
  }

  /** Returns the bytes it takes. */
  add(entry: TimelineEntry): number {
    const { body } = entry;
    const text = body.kind === 'message' || body.kind === 'thought' ? new GrowingText(body.text) : null;
    const bytes = jsonBytes(body);
    this.#held.push({ ...entry, text, bytes });
    this.#bytes += bytes;
    return bytes;
  }

  /** Lets the newest entry grow and returns the bytes; null when it is of another kind, or would become too large. */
  grow(kind: EntryBody['kind'], text: string): number | null {
    const newest = this.#held.at(-1);
    if (newest?.text == null || newest.body.kind !== kind) return null;
    const bytes = jsonBytes(text);
    if (newest.bytes + bytes > MAX_BODY_BYTES) return null;
    newest.text.append(text);
    newest.bytes += bytes;
    this.#bytes += bytes;
    return bytes;
  }

  /** Length of the text of entry `seq` in UTF-16 units, 0 for one that cannot grow, null for one that is not held. */
  lengthOf(seq: number): number | null {
    const held = this.#find(seq);
    return held === undefined ? null : (held.text?.length ?? 0);
  }

  /** What entry `seq` says beyond `offset`. */
  textFrom(seq: number, offset: number): string {
    return this.#find(seq)?.text?.from(offset) ?? '';
  }

  /** Snapshots of the entries from `seq` on, until `maxBytes` are exceeded, but two at least. */
  from(seq: number, maxBytes: number): TimelineEntry[] {
    const entries: TimelineEntry[] = [];
    let bytes = 0;
    for (let i = Math.max(0, seq - (this.first ?? 0)); i < this.#held.length; i++) {
      if (entries.length >= 2 && bytes > maxBytes) break;
      const held = this.#held[i]!;
      entries.push(snapshot(held));
      bytes += held.bytes;
    }
    return entries;
  }

  /** Snapshots of at most `limit` entries before `seq`, oldest first, within `maxBytes` unless one alone is larger. */
  before(seq: number, limit: number, maxBytes: number): TimelineEntry[] {
    const entries: TimelineEntry[] = [];
    let bytes = 0;
    for (let i = Math.min(this.#held.length, seq - (this.first ?? 0)) - 1; i >= 0 && entries.length < limit; i--) {
      const held = this.#held[i]!;
      bytes += held.bytes;
      if (entries.length > 0 && bytes > maxBytes) break;
      entries.push(snapshot(held));
    }
    return entries.reverse();
  }

  /** Forgets the oldest entries, down to the limit but never `keepFrom` or what is newer. */
  trim(keepFrom: number): void {
    let drop = 0;
    while (this.#bytes > WINDOW_BYTES && drop < this.#held.length && this.#held[drop]!.seq < keepFrom) {
      this.#bytes -= this.#held[drop]!.bytes;
      drop++;
    }
    if (drop > 0) this.#held = this.#held.slice(drop);
  }

  #find(seq: number): Held | undefined {
    return this.#held[seq - (this.first ?? 0)];
  }
}

function snapshot({ seq, at, body, text }: Held): TimelineEntry {
  if (text === null || (body.kind !== 'message' && body.kind !== 'thought')) return { seq, at, body };
  return { seq, at, body: { kind: body.kind, text: text.from(0) } };
}
