import { closeSync, constants, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { TimelineError } from './timeline-error.ts';

/**
 * Puts whole lines at the end of one log. Positions are explicit, so a write that failed half-way is overwritten by the
 * next one. One write at a time: the caller waits.
 */
export class LogWriter {
  readonly path: string;
  #end: number;
  #file: FileHandle | null = null;
  #failed = false;

  constructor(path: string, end: number) {
    this.path = path;
    this.#end = end;
  }

  /** Everything before this is on disk. */
  get end(): number {
    return this.#end;
  }

  /** Resolves when the lines are durable. Throws {@link TimelineError} `not_saved`; nothing counts as written then. */
  async write(lines: string): Promise<void> {
    try {
      this.#file ??= await open(this.path, constants.O_WRONLY | constants.O_NOFOLLOW);
      if (this.#failed) await this.#file.truncate(this.#end);
      const data = Buffer.from(lines, 'utf8');
      for (let done = 0; done < data.length;) {
        const { bytesWritten } = await this.#file.write(data, done, data.length - done, this.#end + done);
        done += bytesWritten;
      }
      await this.#file.datasync();
      this.#end += data.length;
      this.#failed = false;
    } catch (error) {
      this.#failed = true;
      throw notSaved(this.path, error);
    }
  }

  /** Like {@link write}, for the one short line that must be durable before anything that follows can be seen. */
  writeNow(line: string): void {
    try {
      const fd = openSync(this.path, constants.O_WRONLY | constants.O_NOFOLLOW);
      try {
        this.#end += writeSync(fd, line, this.#end, 'utf8');
        fdatasyncSync(fd);
      } finally {
        closeSync(fd);
      }
    } catch (error) {
      throw notSaved(this.path, error);
    }
  }

  async close(): Promise<void> {
    await this.#file?.close();
    this.#file = null;
  }
}

function notSaved(path: string, cause: unknown): TimelineError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new TimelineError(
    'not_saved',
    `Could not write ${path}: ${why}. Free some disk space or check its permissions.`,
    {
      cause,
    },
  );
}
