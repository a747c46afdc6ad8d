import type { Clock } from '../../../src-shared/clock.ts';
import type { HostPosition } from './host-position.ts';
import { encodeClosed, encodeMark, encodeOpened } from './log-lines.ts';
import type { LogWriter } from './log-writer.ts';

/** With the time of a write this keeps every change on disk within 200 ms. */
const FLUSH_DELAY_MS = 100;
/** A mark asks the recorder for what it holds back, so marks are rarer; what comes after the last one is told again after a crash. */
const MARK_DELAY_MS = 500;
/** The same while there is nothing to write but the mark: for the host, which keeps what has no mark. */
const IDLE_MARK_DELAY_MS = 5000;
/** A disk that refused is tried again this much later. */
const RETRY_DELAY_MS = 2000;

export interface LogSaverOptions {
  readonly logId: string;
  readonly clock: Clock;
  readonly settle: (() => HostPosition | null) | null;
  readonly onDurable: (position: HostPosition) => void;
  readonly onWriteError: (error: Error) => void;
  /** What is to be written now, as whole lines, and what to do once that is durable. */
  readonly unsaved: () => { readonly lines: string; readonly saved: () => void };
}

/** Decides when one log is written and when a mark goes along, one write after the other. */
export class LogSaver {
  readonly #options: LogSaverOptions;
  readonly #writer: LogWriter;
  /** The newest mark on disk. */
  #mark: HostPosition | null;
  /** Lines came after it. */
  #unmarked = false;
  /** The log ends with its closing line; the next line must first say that it is open again. */
  #closed: boolean;
  #flushTimer: (() => void) | null = null;
  #markTimer: { readonly due: number; readonly cancel: () => void } | null = null;
  #writing: Promise<void> = Promise.resolve();
  #next: Promise<void> | null = null;
  /** The next write brings a mark. */
  #marking = false;

  constructor(writer: LogWriter, log: { clean: boolean; mark: HostPosition | null }, options: LogSaverOptions) {
    this.#writer = writer;
    this.#closed = log.clean;
    this.#mark = log.mark;
    this.#options = options;
  }

  get mark(): HostPosition | null {
    return this.#mark;
  }

  /** Before the first change that anybody can see. Throws `TimelineError` `not_saved`. */
  reopen(): void {
    if (!this.#closed) return;
    this.#writer.writeNow(encodeOpened(this.#options.logId));
    this.#closed = false;
  }

  /** There is something to write. */
  changed(): void {
    this.#flushWithin(FLUSH_DELAY_MS);
    this.#markWithin(MARK_DELAY_MS);
  }

  /** The position changed, though perhaps nothing else. */
  moved(): void {
    this.#markWithin(IDLE_MARK_DELAY_MS);
  }

  /** Resolves when everything said before this call is durable and marked. Throws `TimelineError` `not_saved`. */
  flush(): Promise<void> {
    this.#marking = true;
    return this.#enqueue();
  }

  /** Writes what is left and the closing line. */
  async close(): Promise<void> {
    try {
      await this.flush();
      if (!this.#closed) await this.#writer.write(encodeClosed(this.#options.logId));
      this.#closed = true;
    } finally {
      this.#stopFlushTimer();
      this.#stopMarkTimer();
      await this.#writer.close();
    }
  }

  #enqueue(): Promise<void> {
    if (this.#next === null) {
      this.#next = this.#writing.then(() => this.#write());
      this.#writing = this.#next.catch(() => {});
    }
    return this.#next;
  }

  /** Synchronous up to the write itself, so that position and lines are of one moment. */
  async #write(): Promise<void> {
    const marking = this.#marking;
    this.#next = null;
    this.#marking = false;
    let mark: HostPosition | null;
    try {
      // First of all, for it may add to what is written.
      const position = marking ? (this.#options.settle?.() ?? null) : null;
      this.#stopFlushTimer();
      if (marking) this.#stopMarkTimer();
      const { lines, saved } = this.#options.unsaved();
      mark = this.#needsMark(position, lines) ? position : null;
      if (lines === '' && mark === null) return;
      this.reopen();
      await this.#writer.write(mark === null ? lines : lines + encodeMark(mark));
      saved();
    } catch (error) {
      this.#marking ||= marking;
      this.#flushWithin(RETRY_DELAY_MS);
      throw error;
    }
    this.#unmarked = mark === null;
    if (mark === null) return;
    this.#mark = mark;
    this.#options.onDurable(mark);
  }

  #needsMark(position: HostPosition | null, lines: string): boolean {
    if (position === null) return false;
    const { hostId, line } = this.#mark ?? {};
    return lines !== '' || this.#unmarked || position.hostId !== hostId || position.line !== line;
  }

  #enqueueInBackground(): void {
    this.#enqueue().catch((error: unknown) =>
      this.#options.onWriteError(error instanceof Error ? error : new Error(String(error))),
    );
  }

  #flushWithin(ms: number): void {
    this.#flushTimer ??= this.#options.clock.after(ms, () => {
      this.#flushTimer = null;
      this.#enqueueInBackground();
    });
  }

  #markWithin(ms: number): void {
    const { clock, settle } = this.#options;
    const due = clock.now() + ms;
    if (settle === null || (this.#markTimer !== null && this.#markTimer.due <= due)) return;
    this.#stopMarkTimer();
    const cancel = clock.after(ms, () => {
      this.#markTimer = null;
      this.#marking = true;
      this.#enqueueInBackground();
    });
    this.#markTimer = { due, cancel };
  }

  #stopFlushTimer(): void {
    this.#flushTimer?.();
    this.#flushTimer = null;
  }

  #stopMarkTimer(): void {
    this.#markTimer?.cancel();
    this.#markTimer = null;
  }
}
