import { closeSync, constants, fchmodSync, fstatSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs';
import { FileError, checkPrivate } from '../../platform/atomic-file.ts';
import { systemErrorCode } from '../../platform/system-error.ts';

/** A file that lines are added to, 0600. When it is full it becomes `<path>.1`, in place of the one before. */
export class LogFile {
  readonly #path: string;
  readonly #maxBytes: number;
  #file: number | null;
  #size: number;

  /** Throws {@link FileError} when the path is a link, another user's, or no regular file. */
  constructor(path: string, maxBytes: number) {
    this.#path = path;
    this.#maxBytes = maxBytes;
    [this.#file, this.#size] = openLog(path);
  }

  /** Writes at once, so that the last line before a crash is there. A full disk loses lines and nothing else. */
  write(line: string): void {
    if (this.#file === null) return;
    const bytes = Buffer.from(line);
    try {
      if (this.#size > 0 && this.#size + bytes.length > this.#maxBytes) this.#rotate(this.#file);
      this.#size += writeSync(this.#file, bytes);
    } catch {
      // There is nowhere left to say it.
    }
  }

  close(): void {
    if (this.#file === null) return;
    fsyncSync(this.#file);
    closeSync(this.#file);
    this.#file = null;
  }

  #rotate(file: number): void {
    renameSync(this.#path, `${this.#path}.1`);
    closeSync(file);
    [this.#file, this.#size] = openLog(this.#path);
  }
}

const O_APPEND_SAFELY =
  constants.O_WRONLY |
  constants.O_APPEND |
  constants.O_CREAT |
  (constants.O_NOFOLLOW ?? 0) |
  // Opening a FIFO without it would wait for a reader.
  (constants.O_NONBLOCK ?? 0);

function openLog(path: string): [file: number, size: number] {
  let file: number;
  try {
    file = openSync(path, O_APPEND_SAFELY, 0o600);
  } catch (cause) {
    const code = systemErrorCode(cause);
    const isLink = code === 'ELOOP' || code === 'ENXIO';
    throw new FileError(
      isLink ? 'not_regular' : 'unreadable',
      isLink
        ? `${path} is a link or a pipe. Move it away.`
        : `${path} cannot be written (${code ?? 'unknown error'}). Check its permissions.`,
      { cause },
    );
  }
  try {
    const before = fstatSync(file);
    // A log that others can read is made private; one that is not ours is not written to.
    if (before.isFile() && before.uid === process.geteuid?.()) fchmodSync(file, 0o600);
    const stats = fstatSync(file);
    checkPrivate(path, stats);
    return [file, stats.size];
  } catch (error) {
    closeSync(file);
    throw error;
  }
}
