import type { DaemonEvent } from '../wire/messages.ts';
import type { Cursor, Growth, TimelineEntry } from '../wire/timeline.ts';

export type TimelineEvent = Extract<DaemonEvent, { topic: 'timeline' }>;

/** What a client holds of one agent's timeline: a run of entries without gaps that ends at the newest it was told of. */
export interface TimelinePart {
  /** null until the daemon said something. */
  readonly logId: string | null;
  readonly entries: readonly TimelineEntry[];
}

/**
 * Applies one event. What is already there changes nothing, so an event may overlap with what is held or come twice.
 * null: the event does not continue what is held (something is missing); ask for everything anew.
 */
export function mergeTimeline(part: TimelinePart, event: TimelineEvent): TimelinePart | null {
  if (!event.reset && event.logId !== part.logId) return null;
  const entries = event.reset ? [] : [...part.entries];
  if (event.grow !== null && !growEntry(entries, event.grow)) return null;
  for (const entry of event.entries) if (!putEntry(entries, entry)) return null;
  return { logId: event.logId, entries };
}

/** Puts a page of older entries in front. null when it does not end right before the first entry held. */
export function prependPage(part: TimelinePart, page: readonly TimelineEntry[]): TimelinePart | null {
  const entries: TimelineEntry[] = [];
  for (const entry of page) if (!putEntry(entries, entry)) return null;
  for (const entry of part.entries) if (!putEntry(entries, entry)) return null;
  return { logId: part.logId, entries };
}

/** "I have everything up to here", or null when nothing is held. */
export function cursorOf(part: TimelinePart): Cursor | null {
  if (part.logId === null) return null;
  const last = part.entries.at(-1);
  if (last === undefined) return { logId: part.logId, seq: 0, offset: 0 };
  return { logId: part.logId, seq: last.seq, offset: growingText(last)?.length ?? 0 };
}

/** Nothing is older than the first entry held (sequence numbers start at 1). */
export function reachesStart(part: TimelinePart): boolean {
  return part.logId !== null && (part.entries[0]?.seq ?? 1) === 1;
}

function growEntry(entries: TimelineEntry[], grow: Growth): boolean {
  const at = entries.findLastIndex((entry) => entry.seq === grow.seq);
  const entry = entries[at];
  if (entry === undefined) return false;
  const text = growingText(entry);
  if (text === null || grow.offset > text.length) return false;
  if (grow.offset + grow.text.length > text.length)
    entries[at] = withText(entry, text.slice(0, grow.offset) + grow.text);
  return true;
}

function putEntry(entries: TimelineEntry[], entry: TimelineEntry): boolean {
  const last = entries.at(-1);
  if (last === undefined || entry.seq === last.seq + 1) {
    entries.push(entry);
    return true;
  }
  if (entry.seq > last.seq) return false;
  const at = entry.seq - entries[0]!.seq;
  const held = entries[at];
  // Older than what is held: had by a page, never by an event.
  if (held === undefined) return true;
  const length = growingText(entry)?.length;
  if (length !== undefined && length > (growingText(held)?.length ?? 0)) entries[at] = entry;
  return true;
}

function growingText({ body }: TimelineEntry): string | null {
  return body.kind === 'message' || body.kind === 'thought' ? body.text : null;
}

function withText(entry: TimelineEntry, text: string): TimelineEntry {
  const { body } = entry;
  return body.kind === 'message' || body.kind === 'thought' ? { ...entry, body: { ...body, text } } : entry;
}
