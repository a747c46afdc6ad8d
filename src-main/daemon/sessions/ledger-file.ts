import { constants } from 'node:fs';
import { type FileHandle, open, truncate } from 'node:fs/promises';
import { CodedError } from '../../../src-shared/coded-error.ts';
import { LEDGER_COMPACT_BYTES } from '../limits.ts';
import { FileError, readPrivateFile, writeFileAtomic } from '../../platform/atomic-file.ts';
import { LedgerHeader, LedgerLine } from './ledger-line.ts';

class LedgerError extends CodedError<'damaged' | 'closed'> {}

/**
 * Reads the ledger, or makes an empty one. A last line without its end was never acknowledged: it is cut off. Throws
 * {@link LedgerError} `damaged`, or `FileError`.
 */
export async function readLedger(path: string): Promise<{ lines: LedgerLine[]; length: number }> {
  const text = await readPrivateFile(path, { maxBytes: MAX_LEDGER_BYTES }).catch((error: unknown) => {
    if (error instanceof FileError && error.code === 'missing') return null;
    throw error;
  });
  if (text === null) {
    await writeFileAtomic(path, HEADER, { mode: 0o600 });
    return { lines: [], length: HEADER.length };
  }
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  const [header, ...rest] = whole.split('\n').slice(0, -1);
  if (parseLine(LedgerHeader, header ?? '') === null) throw damaged(path, 1);
  const lines = rest.map((line, index) => {
    const parsed = parseLine(LedgerLine, line);
    if (parsed === null) throw damaged(path, index + 2);
    return parsed;
  });
  const length = Buffer.byteLength(whole);
  if (whole.length < text.length) await truncate(path, length);
  return { lines, length };
}

interface Waiting {
  readonly text: string;
  readonly durable: boolean;
  resolve(): void;
  reject(error: unknown): void;
}

/** The growing file of a {@link CommandLedger}. Lines that come together share one write and one fsync. */
export class LedgerFile {
  readonly #path: string;
  readonly #snapshot: () => LedgerLine[];
  /** Bytes of whole, acknowledged lines. */
  #length: number;
  #compactAt: number;
  #handle: FileHandle | null = null;
  #waiting: Waiting[] = [];
  #writing: Promise<void> | null = null;
  #closed = false;
  /** A failed write may have left bytes behind the last whole line. */
  #tornTail = false;

  constructor(path: string, length: number, snapshot: () => LedgerLine[]) {
    this.#path = path;
    this.#length = length;
    this.#compactAt = LEDGER_COMPACT_BYTES;
    this.#snapshot = snapshot;
  }

  /** Resolves when the line is written (`durable`: on disk). Rejects with the error of the file system; the line is not there then. */
  append(line: LedgerLine, durable: boolean): Promise<void> {
    if (this.#closed) return Promise.reject(new LedgerError('closed', 'The daemon is stopping.'));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ text: `${JSON.stringify(line)}\n`, durable, resolve, reject });
      this.#writing ??= this.#writeAll().finally(() => (this.#writing = null));
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#writing;
    await this.#handle?.close();
    this.#handle = null;
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      try {
        await this.#write(batch);
        for (const { resolve } of batch) resolve();
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
      if (this.#length >= this.#compactAt) await this.#compact();
    }
  }

  async #write(batch: readonly Waiting[]): Promise<void> {
    const bytes = Buffer.from(batch.map(({ text }) => text).join(''));
    this.#handle ??= await open(this.#path, constants.O_RDWR | constants.O_NOFOLLOW);
    if (this.#tornTail) await this.#handle.truncate(this.#length);
    this.#tornTail = true;
    await writeFully(this.#handle, bytes, this.#length);
    if (batch.some(({ durable }) => durable)) await this.#handle.datasync();
    this.#tornTail = false;
    this.#length += bytes.length;
  }

  /** Rewrites the file with what is still needed. When that fails the old file goes on, and it is tried again later. */
  async #compact(): Promise<void> {
    const text =
      HEADER +
      this.#snapshot()
        .map((line) => `${JSON.stringify(line)}\n`)
        .join('');
    try {
      await writeFileAtomic(this.#path, text, { mode: 0o600 });
      await this.#handle?.close();
      this.#handle = null;
      this.#length = Buffer.byteLength(text);
      this.#tornTail = false;
    } catch {
      // The full disk that is the likely cause will show itself at the next command.
    }
    this.#compactAt = Math.max(LEDGER_COMPACT_BYTES, 2 * this.#length);
  }
}

const HEADER = `${JSON.stringify({ format: 'paseo-commands', version: 1 })}\n`;
/** Far above what compaction leaves. */
const MAX_LEDGER_BYTES = 256 * 1024 * 1024;

async function writeFully(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}

function parseLine<T>(
  schema: { safeParse(value: unknown): { success: true; data: T } | { success: false } },
  line: string,
): T | null {
  try {
    const parsed = schema.safeParse(JSON.parse(line));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

function damaged(path: string, line: number): LedgerError {
  return new LedgerError(
    'damaged',
    `${path} is damaged in line ${line}. Move it away to start without it; a command that a device sends again may then run twice.`,
  );
}
