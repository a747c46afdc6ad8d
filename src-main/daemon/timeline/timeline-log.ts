import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Clock } from '../../../src-shared/clock.ts';
import { systemClock } from '../../../src-shared/clock.ts';
import { MAX_CATCH_UP_ENTRIES, MAX_PAGE_BYTES } from '../limits.ts';
import { MAX_PAGE_ENTRIES } from '../../../src-shared/limits.ts';
import type { Cursor, EntryBody, TimelineEntry } from '../../../src-shared/wire/timeline.ts';
import { fitBody, splitText } from './entry-bounds.ts';
import { encodeClosed, encodeEntry, encodeGrowth, encodeHeader, encodeOpened } from './log-lines.ts';
import { openLog } from './log-open.ts';
import type { OpenedLog } from './log-open.ts';
import { readBefore, readFrom, visitBackward } from './log-reader.ts';
import { LogWriter } from './log-writer.ts';
import { randomId } from './random-id.ts';
import { TailWindow } from './tail-window.ts';
import type { Timeline, TimelineRead } from './timeline.ts';

/** With the time of a write this keeps every change on disk within 200 ms. */
const FLUSH_DELAY_MS = 100;
/** A disk that refused is tried again this much later. */
const RETRY_DELAY_MS = 2000;
/** Growth larger than this is split, so that each part fits into an entry whatever its characters need as JSON. */
const MAX_GROWTH_CHARS = 32 * 1024;

export interface TimelineLogOptions {
  readonly clock?: Clock;
  /** Wall clock. */
  readonly date?: () => Date;
  /** Told of writes that failed in the background; they are tried again. */
  readonly onWriteError?: (error: Error) => void;
}

/** The timeline of one agent as an append-only file of JSON lines, with its newest part in memory. */
export class TimelineLog implements Timeline {
  readonly #options: Required<TimelineLogOptions>;
  readonly #writer: LogWriter;
  readonly #start: number;
  readonly #window = new TailWindow();
  readonly #listeners = new Set<() => void>();
  readonly #logId: string;
  #lastSeq: number;
  /** The newest entry with a line on disk, and how much of its text is there. */
  #written: { readonly seq: number; readonly length: number };
  /** The log ends with its closing line; the next change must first say that it is open again. */
  #closedLine: boolean;
  #unsavedBytes = 0;
  #cancelTimer: (() => void) | null = null;
  #writing: Promise<void> = Promise.resolve();
  #next: Promise<void> | null = null;

  private constructor(path: string, log: OpenedLog, options: TimelineLogOptions) {
    this.#options = { clock: systemClock, date: () => new Date(), onWriteError: () => {}, ...options };
    this.#writer = new LogWriter(path, log.end);
    this.#start = log.start;
    this.#logId = log.logId;
    this.#lastSeq = log.lastSeq;
    this.#written = { seq: log.lastSeq, length: 0 };
    this.#closedLine = log.clean;
  }

  /** Makes a new log; the caller makes its folder durable. Rejects when the file exists. */
  static async create(path: string, options: TimelineLogOptions = {}): Promise<TimelineLog> {
    const logId = randomId();
    const header = encodeHeader(logId);
    const file = await open(
      path,
      constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW,
      0o600,
    );
    try {
      await file.writeFile(header);
      await file.sync();
    } finally {
      await file.close();
    }
    return new TimelineLog(
      path,
      { logId, lastSeq: 0, start: header.length, end: header.length, clean: false },
      options,
    );
  }

  /** Throws `TimelineError` `agent_failed`. */
  static async open(path: string, options: TimelineLogOptions = {}): Promise<TimelineLog> {
    return new TimelineLog(path, await openLog(path), options);
  }

  get logId(): string {
    return this.#logId;
  }

  get lastSeq(): number {
    return this.#lastSeq;
  }

  /** Adds an entry, cut to size if need be. It can be read at once and is on disk within 200 ms, or after {@link flush}. */
  append(body: EntryBody): TimelineEntry {
    this.#reopen();
    const entry = { seq: this.#lastSeq + 1, at: this.#options.date().toISOString(), body: fitBody(body) };
    this.#lastSeq = entry.seq;
    this.#changed(this.#window.add(entry));
    return entry;
  }

  /** Streamed text: the newest entry grows when it is of this kind and has room, else a new one begins. */
  extend(kind: 'message' | 'thought', text: string): void {
    for (const part of splitText(text, MAX_GROWTH_CHARS)) {
      const bytes = this.#window.grow(kind, part);
      if (bytes === null) this.append({ kind, text: part });
      else this.#changed(bytes);
    }
  }

  async read(cursor: Cursor | null, maxBytes: number): Promise<TimelineRead> {
    const { seq, offset } = cursor ?? { seq: 0, offset: 0 };
    const lost = cursor === null || cursor.logId !== this.#logId || seq > this.#lastSeq;
    if (lost || this.#lastSeq - seq > MAX_CATCH_UP_ENTRIES) return this.#newestPage(maxBytes);
    const held = this.#window.lengthOf(seq);
    if (held !== null && offset <= held) return this.#fromWindow({ seq, offset }, held, maxBytes);
    const [known, entries] = await this.#entriesAfter(seq, maxBytes);
    const length = known === null ? 0 : textOf(known).length;
    if (offset > length) return this.#newestPage(maxBytes);
    const grow = offset < length ? { seq, offset, text: textOf(known!).slice(offset) } : null;
    return { reset: false, grow, entries, ...this.#position(entries.at(-1) ?? null, { seq, offset: length }) };
  }

  async page(before: number, limit: number): Promise<TimelineEntry[]> {
    return this.#pageBefore(before, Math.min(limit, MAX_PAGE_ENTRIES), MAX_PAGE_BYTES);
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Calls `visit` for entries that are on disk, from the newest back, until it returns false. */
  async visitBackward(visit: (entry: TimelineEntry) => boolean): Promise<void> {
    await visitBackward(this.#range(), visit);
  }

  /** Resolves when everything said before this call is durable. Throws `TimelineError` `not_saved`. */
  flush(): Promise<void> {
    this.#next ??= this.#writing.then(() => this.#write());
    return this.#next;
  }

  /** What waits for the disk. Whoever feeds the timeline awaits {@link flush} when this is much. */
  get unsavedBytes(): number {
    return this.#unsavedBytes;
  }

  /** Writes what is left and the closing line. Nothing may be appended afterwards. */
  async close(): Promise<void> {
    try {
      await this.flush();
      if (!this.#closedLine) await this.#writer.write(encodeClosed(this.#logId));
      this.#closedLine = true;
    } finally {
      this.#stopTimer();
      await this.#writer.close();
    }
  }

  #reopen(): void {
    if (!this.#closedLine) return;
    this.#writer.writeNow(encodeOpened(this.#logId));
    this.#closedLine = false;
  }

  #changed(bytes: number): void {
    this.#unsavedBytes += bytes;
    this.#cancelTimer ??= this.#options.clock.after(FLUSH_DELAY_MS, () => this.#flushInBackground());
    for (const listener of [...this.#listeners]) listener();
  }

  #flushInBackground(): void {
    this.#cancelTimer = null;
    this.flush().catch((error: unknown) =>
      this.#options.onWriteError(error instanceof Error ? error : new Error(String(error))),
    );
  }

  #stopTimer(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
  }

  #write(): Promise<void> {
    this.#next = null;
    this.#stopTimer();
    const lines = this.#pendingLines();
    if (lines === '') return Promise.resolve();
    const write = this.#writeLines(lines);
    this.#writing = write.catch(() => {});
    return write;
  }

  async #writeLines(lines: string): Promise<void> {
    const written = { seq: this.#lastSeq, length: this.#window.lengthOf(this.#lastSeq) ?? 0 };
    const bytes = this.#unsavedBytes;
    try {
      await this.#writer.write(lines);
    } catch (error) {
      this.#cancelTimer ??= this.#options.clock.after(RETRY_DELAY_MS, () => this.#flushInBackground());
      throw error;
    }
    this.#written = written;
    this.#unsavedBytes -= bytes;
    this.#window.trim(written.seq);
  }

  #pendingLines(): string {
    const { seq, length } = this.#written;
    const grown = this.#window.textFrom(seq, length);
    const fresh = this.#lastSeq > seq ? this.#window.from(seq + 1, Infinity) : [];
    return (grown === '' ? '' : encodeGrowth({ seq, offset: length, text: grown })) + fresh.map(encodeEntry).join('');
  }

  /** For a follower at an entry in memory: costs what is new, however long the text of that entry is by now. */
  #fromWindow({ seq, offset }: { seq: number; offset: number }, length: number, maxBytes: number): TimelineRead {
    const text = this.#window.textFrom(seq, offset);
    const grow = text === '' ? null : { seq, offset, text };
    const entries = this.#window.from(seq + 1, maxBytes);
    return { reset: false, grow, entries, ...this.#position(entries.at(-1) ?? null, { seq, offset: length }) };
  }

  /** Entry `seq` itself (null for 0) and those after it, as far as one step goes. */
  async #entriesAfter(seq: number, maxBytes: number): Promise<[TimelineEntry | null, TimelineEntry[]]> {
    const from = Math.max(1, seq);
    const first = this.#window.first ?? this.#lastSeq + 1;
    if (this.#lastSeq === 0) return [null, []];
    const found =
      from >= first ? this.#window.from(from, maxBytes) : await readFrom(this.#range(), from, first, maxBytes);
    // The disk part may end where the window begins, unless the window has moved on: then the next step reads the disk again.
    if (found.length < 2 && from < first && this.#window.first === first)
      found.push(...this.#window.from(first, maxBytes));
    return seq === 0 ? [null, found] : [found[0] ?? null, found.slice(1)];
  }

  async #newestPage(maxBytes: number): Promise<TimelineRead> {
    const bytes = Math.min(maxBytes, MAX_PAGE_BYTES);
    const entries = await this.#pageBefore(this.#lastSeq + 1, MAX_PAGE_ENTRIES, bytes);
    return { reset: true, grow: null, entries, ...this.#position(entries.at(-1) ?? null, { seq: 0, offset: 0 }) };
  }

  async #pageBefore(before: number, limit: number, maxBytes: number): Promise<TimelineEntry[]> {
    // The snapshot comes first: while the disk is read, the window may move on.
    const first = this.#window.first ?? this.#lastSeq + 1;
    const recent = before > first ? this.#window.before(before, limit, maxBytes) : [];
    const oldest = recent[0]?.seq ?? Math.min(before, this.#lastSeq + 1);
    const bytes = recent.reduce((sum, entry) => sum + JSON.stringify(entry.body).length, 0);
    if (oldest > first || oldest <= 1 || (recent.length > 0 && bytes >= maxBytes)) return recent;
    const older = await readBefore(this.#range(), oldest, limit - recent.length, maxBytes - bytes);
    return [...older, ...recent];
  }

  #position(last: TimelineEntry | null, otherwise: { seq: number; offset: number }) {
    const at = last === null ? otherwise : { seq: last.seq, offset: textOf(last).length };
    const more = at.seq < this.#lastSeq || at.offset < (this.#window.lengthOf(at.seq) ?? 0);
    return { cursor: { logId: this.#logId, ...at }, more };
  }

  #range() {
    return { path: this.#writer.path, start: this.#start, end: this.#writer.end };
  }
}

function textOf({ body }: TimelineEntry): string {
  return body.kind === 'message' || body.kind === 'thought' ? body.text : '';
}
