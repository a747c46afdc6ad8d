import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import type { TimelineEntry } from '../../../src-shared/wire/timeline.ts';
import { jsonBytes } from './entry-bounds.ts';
import { parseLine } from './log-lines.ts';
import { linesBackward, linesForward, nextLineStart } from './log-scan.ts';
import { TimelineError } from './timeline-error.ts';

/** A range below this is read through instead of halved again. */
const LINEAR_SCAN_BYTES = 64 * 1024;

/** The part of a log that may be read: whole lines in `[start, end)` of the file. */
interface LogRange {
  readonly path: string;
  readonly start: number;
  readonly end: number;
}

/**
 * The newest entries with `seq` below `before` (null: of all that are there), oldest first: at most `limit`, and no more than
 * `maxBytes` unless one alone is larger.
 * Costs a few blocks whatever the size of the log. Throws {@link TimelineError} `agent_failed`.
 */
export async function readBefore(
  range: LogRange,
  before: number | null,
  limit: number,
  maxBytes: number,
): Promise<TimelineEntry[]> {
  const entries: TimelineEntry[] = [];
  if (limit <= 0) return entries;
  await withLog(range, async (file) => {
    const end = (before === null ? null : await findEntry(file, range, before)) ?? range.end;
    let bytes = 0;
    for await (const entry of entriesBackward(file, { ...range, end })) {
      bytes += jsonBytes(entry);
      if (entries.length > 0 && bytes > maxBytes) break;
      entries.push(entry);
      if (entries.length >= limit) break;
    }
  });
  return entries.reverse();
}

/**
 * Entries from `from` up to, not including, `to`, oldest first, until `maxBytes` are exceeded, but two at least.
 * Throws {@link TimelineError} `agent_failed`, also when `from` is not there.
 */
export async function readFrom(range: LogRange, from: number, to: number, maxBytes: number): Promise<TimelineEntry[]> {
  const entries: TimelineEntry[] = [];
  await withLog(range, async (file) => {
    const start = await findEntry(file, range, from);
    if (start === null) throw damaged(range.path, `entry ${from} is missing`);
    let bytes = 0;
    for await (const { text, offset } of linesForward(file, start, range.end)) {
      const line = parseLine(text);
      if (line === null) throw damaged(range.path, `byte ${offset}`);
      const newest = entries.at(-1);
      if (line.kind === 'grow') {
        if (newest === undefined) throw damaged(range.path, `byte ${offset}`);
        entries[entries.length - 1] = grown(newest, line.growth, range.path, offset);
        bytes += text.length;
      } else if (line.kind === 'entry') {
        if ((entries.length >= 2 && bytes > maxBytes) || line.entry.seq >= to) break;
        if (line.entry.seq !== (newest === undefined ? from : newest.seq + 1)) {
          throw damaged(range.path, `byte ${offset}`);
        }
        entries.push(line.entry);
        bytes += text.length;
      }
    }
  });
  return entries;
}

/** Calls `visit` for entries from the newest back until it returns false. */
export async function visitBackward(range: LogRange, visit: (entry: TimelineEntry) => boolean): Promise<void> {
  await withLog(range, async (file) => {
    for await (const entry of entriesBackward(file, range)) if (!visit(entry)) return;
  });
}

export function damaged(path: string, where: string): TimelineError {
  return new TimelineError(
    'agent_failed',
    `The history in ${path} is damaged (${where}). Restore that file from a backup, or move its folder away to do without it.`,
  );
}

async function* entriesBackward(file: FileHandle, range: LogRange): AsyncGenerator<TimelineEntry> {
  let growths: { seq: number; offset: number; text: string }[] = [];
  let expected: number | null = null;
  for await (const { text, offset } of linesBackward(file, range.start, range.end)) {
    const line = parseLine(text);
    if (line === null) throw damaged(range.path, `byte ${offset}`);
    if (line.kind === 'grow') growths.push(line.growth);
    if (line.kind !== 'entry') continue;
    if (expected !== null && line.entry.seq !== expected) throw damaged(range.path, `byte ${offset}`);
    let entry = line.entry;
    for (const growth of growths.reverse()) entry = grown(entry, growth, range.path, offset);
    yield entry;
    growths = [];
    expected = line.entry.seq - 1;
  }
  if (growths.length > 0 || (expected !== null && expected !== 0))
    throw damaged(range.path, 'its beginning is missing');
}

function grown(
  entry: TimelineEntry,
  growth: { seq: number; offset: number; text: string },
  path: string,
  offset: number,
): TimelineEntry {
  const { body } = entry;
  const grows = body.kind === 'message' || body.kind === 'thought';
  if (!grows || growth.seq !== entry.seq || growth.offset !== body.text.length) throw damaged(path, `byte ${offset}`);
  return { ...entry, body: { kind: body.kind, text: body.text + growth.text } };
}

/** Where the line of entry `seq` begins, found by halving; null when `seq` is beyond the last one. */
async function findEntry(file: FileHandle, range: LogRange, seq: number): Promise<number | null> {
  let { start, end } = range;
  while (end - start > LINEAR_SCAN_BYTES) {
    const middle = Math.floor((start + end) / 2);
    const found = await firstSeq(file, range, middle, end);
    if (found === null || found.seq > seq || (found.seq === seq && found.grows)) end = middle;
    else if (found.seq === seq) return found.offset;
    else start = found.offset;
  }
  // The entry's line begins before `end`; its text may reach beyond.
  for await (const { text, offset } of linesForward(file, start, range.end)) {
    const line = parseLine(text);
    if (line === null) throw damaged(range.path, `byte ${offset}`);
    if (line.kind !== 'entry') continue;
    if (line.entry.seq === seq) return offset;
    if (line.entry.seq > seq) throw damaged(range.path, `entry ${seq} is missing`);
  }
  return null;
}

async function firstSeq(file: FileHandle, range: LogRange, from: number, end: number) {
  const start = await nextLineStart(file, from, end);
  if (start === null) return null;
  for await (const { text, offset } of linesForward(file, start, range.end)) {
    if (offset >= end) return null;
    const line = parseLine(text);
    if (line === null) throw damaged(range.path, `byte ${offset}`);
    if (line.kind === 'entry') return { seq: line.entry.seq, offset, grows: false };
    if (line.kind === 'grow') return { seq: line.growth.seq, offset, grows: true };
  }
  return null;
}

async function withLog(range: LogRange, use: (file: FileHandle) => Promise<void>): Promise<void> {
  const file = await open(range.path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    await use(file);
  } finally {
    await file.close();
  }
}
