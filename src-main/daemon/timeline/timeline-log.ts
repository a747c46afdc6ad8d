import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Clock } from '../../../src-shared/clock.ts';
import { systemClock } from '../../../src-shared/clock.ts';
import { MAX_CATCH_UP_ENTRIES, MAX_PAGE_BYTES } from '../limits.ts';
import { MAX_PAGE_ENTRIES } from '../../../src-shared/limits.ts';
import type { Cursor, EntryBody, TimelineEntry } from '../../../src-shared/wire/timeline.ts';
import { fitBody, splitText } from './entry-bounds.ts';
import type { HostPosition } from './host-position.ts';
import { encodeEntry, encodeGrowth, encodeHeader } from './log-lines.ts';
import { openLog } from './log-open.ts';
import type { OpenedLog } from './log-open.ts';
import { readBefore, readFrom, visitBackward } from './log-reader.ts';
import { LogSaver } from './log-saver.ts';
import { LogWriter } from './log-writer.ts';
import { randomId } from './random-id.ts';
import { TailWindow } from './tail-window.ts';
import type { Timeline, TimelineRead } from './timeline.ts';

/** Growth larger than this is split, so that each part fits into an entry whatever its characters need as JSON. */
const MAX_GROWTH_CHARS = 32 * 1024;

export interface TimelineLogOptions {
  readonly clock?: Clock;
  /** Wall clock. */
  readonly date?: () => Date;
  /** Told of writes that failed in the background; they are tried again. */
  readonly onWriteError?: (error: Error) => void;
  /**
   * Of a timeline that an agent's host feeds: says all that is held back, and then how far the host's output is told by now; null
   * while there is no host. Called before the writes that {@link TimelineLog.flush} waits for, and twice a second. Whoever feeds
   * the timeline from a new host flushes before the first line of it, so that its position is known to begin there.
   */
  readonly settle?: () => HostPosition | null;
  /** Everything up to this position is durable: the host need not keep it. */
  readonly onDurable?: (position: HostPosition) => void;
}

interface TimelineOpenOptions extends TimelineLogOptions {
  /** The host that lives, or whose journal is there: what came behind the last mark of it is cut, for it will be told again. */
  readonly attachedTo?: string | null;
}

/** The timeline of one agent as an append-only file of JSON lines, with its newest part in memory. */
export class TimelineLog implements Timeline {
  readonly #date: () => Date;
  readonly #writer: LogWriter;
  readonly #saver: LogSaver;
  readonly #start: number;
  readonly #window = new TailWindow();
  readonly #listeners = new Set<() => void>();
  readonly #logId: string;
  #lastSeq: number;
  /** The newest entry with a line on disk, and how much of its text is there. */
  #written: { readonly seq: number; readonly length: number };
  /** An entry in memory whose line was on disk before this log was opened, and where that begins. */
  #heldAtOpen: { readonly seq: number; readonly offset: number } | null = null;
  #unsavedBytes = 0;

  private constructor(path: string, log: OpenedLog, options: TimelineLogOptions) {
    this.#date = options.date ?? (() => new Date());
    this.#writer = new LogWriter(path, log.end);
    this.#saver = new LogSaver(this.#writer, log, {
      logId: log.logId,
      clock: options.clock ?? systemClock,
      settle: options.settle ?? null,
      onDurable: options.onDurable ?? (() => {}),
      onWriteError: options.onWriteError ?? (() => {}),
      unsaved: () => this.#unsaved(),
    });
    this.#start = log.start;
    this.#logId = log.logId;
    this.#lastSeq = log.lastSeq;
    this.#written = { seq: log.lastSeq, length: 0 };
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
    const end = header.length;
    return new TimelineLog(
      path,
      { logId, lastSeq: 0, newest: end, start: end, end, clean: false, mark: null },
      options,
    );
  }

  /** Throws `TimelineError` `agent_failed`. */
  static async open(path: string, options: TimelineOpenOptions = {}): Promise<TimelineLog> {
    const opened = await openLog(path, options.attachedTo ?? null);
    const log = new TimelineLog(path, opened, options);
    if (options.attachedTo != null) await log.#holdNewest(opened.newest);
    return log;
  }

  get logId(): string {
    return this.#logId;
  }

  get lastSeq(): number {
    return this.#lastSeq;
  }

  /** The last line of this host whose whole effect is durable here; 0 when there is none. */
  position(hostId: string): number {
    const { mark } = this.#saver;
    return mark?.hostId === hostId ? mark.line : 0;
  }

  /** Adds an entry, cut to size if need be. It can be read at once and is on disk within 200 ms, or after {@link flush}. */
  append(body: EntryBody): TimelineEntry {
    this.#saver.reopen();
    const entry = { seq: this.#lastSeq + 1, at: this.#date().toISOString(), body: fitBody(body) };
    this.#lastSeq = entry.seq;
    this.#changed(this.#window.add(entry));
    return entry;
  }

  /** Streamed text: the newest entry grows when it is of this kind and has room, else a new one begins. */
  extend(kind: 'message' | 'thought', text: string): void {
    this.#saver.reopen();
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

  /** The host's position changed, whether or not an entry did: a mark will say so within some seconds. */
  moved(): void {
    this.#saver.moved();
  }

  /** Resolves when everything said before this call is durable. Throws `TimelineError` `not_saved`. */
  flush(): Promise<void> {
    return this.#saver.flush();
  }

  /** What waits for the disk. Whoever feeds the timeline awaits {@link flush} when this is much. */
  get unsavedBytes(): number {
    return this.#unsavedBytes;
  }

  /** Writes what is left and the closing line. Nothing may be appended afterwards. */
  async close(): Promise<void> {
    await this.#saver.close();
  }

  /** The host may be in the middle of a message. */
  async #holdNewest(offset: number): Promise<void> {
    const [newest] = await readBefore(this.#range(), null, 1, Infinity);
    if (newest === undefined || textOf(newest) === '') return;
    this.#window.add(newest);
    this.#heldAtOpen = { seq: newest.seq, offset };
    this.#written = { seq: newest.seq, length: textOf(newest).length };
  }

  #changed(bytes: number): void {
    this.#unsavedBytes += bytes;
    this.#saver.changed();
    for (const listener of [...this.#listeners]) listener();
  }

  #unsaved(): { lines: string; saved: () => void } {
    const { seq, length } = this.#written;
    const grown = this.#window.textFrom(seq, length);
    const fresh = this.#lastSeq > seq ? this.#window.from(seq + 1, Infinity) : [];
    const lines =
      (grown === '' ? '' : encodeGrowth({ seq, offset: length, text: grown })) + fresh.map(encodeEntry).join('');
    const written = { seq: this.#lastSeq, length: this.#window.lengthOf(this.#lastSeq) ?? 0 };
    const bytes = this.#unsavedBytes;
    const saved = (): void => {
      this.#written = written;
      this.#unsavedBytes -= bytes;
      this.#window.trim(written.seq);
    };
    return { lines, saved };
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
    const isWhole = found.length === 0 || found.at(-1)!.seq === first - 1;
    if (from < first && isWhole && this.#window.first === first) found.push(...this.#window.from(first, maxBytes));
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
    const older = await this.#readBefore(oldest, limit - recent.length, maxBytes - bytes);
    return [...older, ...recent];
  }

  #readBefore(seq: number, limit: number, maxBytes: number): Promise<TimelineEntry[]> {
    if (seq > this.#lastSeq) return readBefore(this.#range(), null, limit, maxBytes);
    const known = this.#heldAtOpen;
    if (known?.seq !== seq) return readBefore(this.#range(), seq, limit, maxBytes);
    return readBefore({ ...this.#range(), end: known.offset }, null, limit, maxBytes);
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
