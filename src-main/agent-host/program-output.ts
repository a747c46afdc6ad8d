import type { Readable } from 'node:stream';
import type { Clock } from '../../src-shared/clock.ts';
import type { JournalWriter } from './journal-writer.ts';
import { JOURNAL_RETRY_MS, MAX_AGENT_LINE_BYTES } from './limits.ts';
import { LineSplitter } from './line-splitter.ts';

interface OutputOptions {
  readonly stdout: Readable;
  readonly journal: JournalWriter;
  readonly clock: Clock;
  /** Called for each line when the journal has it. */
  readonly onLine: (n: number, line: Buffer) => void;
  /** A line was longer than MAX_AGENT_LINE_BYTES; nothing is read any more. */
  readonly onTooLong: () => void;
}

/** The way of a program's output into the journal. While the journal is full or cannot be written, the program is not read. */
export class ProgramOutput {
  readonly #options: OutputOptions;
  readonly #splitter = new LineSplitter(MAX_AGENT_LINE_BYTES);
  #waiting: Buffer[] = [];
  #onStored: (() => void) | null = null;
  #cancelRetry = () => {};

  constructor(options: OutputOptions) {
    this.#options = options;
  }

  start(): void {
    const { stdout, onTooLong } = this.#options;
    stdout.on('data', (chunk: Buffer) => {
      if (this.#splitter.tooLong) return;
      this.#waiting.push(...this.#splitter.push(chunk));
      this.store();
      if (this.#splitter.tooLong) onTooLong();
    });
  }

  /** The output has ended: resolves when all of it is in the journal. */
  finish(): Promise<void> {
    // A program that ends in the middle of a line did not mean it to be lost.
    const rest = this.#splitter.rest();
    if (rest !== null) this.#waiting.push(rest);
    return new Promise((resolve) => {
      this.#onStored = resolve;
      this.store();
    });
  }

  /** Tries again, when the journal has room again for one. */
  store(): void {
    const { journal, stdout, clock, onLine } = this.#options;
    this.#cancelRetry();
    const lines = this.#waiting;
    if (lines.length > 0 && !journal.full) {
      let n = journal.last;
      try {
        journal.append(lines);
        this.#waiting = [];
      } catch {
        // The disk is full, most likely.
        this.#cancelRetry = clock.after(JOURNAL_RETRY_MS, () => this.store());
      }
      if (journal.last > n) for (const line of lines) onLine(++n, line);
    }
    if (this.#waiting.length > 0) return void stdout.pause();
    if (stdout.isPaused()) stdout.resume();
    this.#onStored?.();
  }
}
