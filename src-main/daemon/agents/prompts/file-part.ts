import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

// Windows has neither flag; undefined there.
const O_READ = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/**
 * Up to `length` bytes from `offset` on, of a regular file that somebody else may have put there; null for anything else: a symbolic
 * link, a pipe, which would never end, a file that may not be read.
 */
export async function readFilePart(path: string, offset: number, length: number): Promise<Buffer | null> {
  try {
    const file = await open(path, O_READ);
    try {
      if (!(await file.stat()).isFile()) return null;
      const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, offset);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch {
    return null;
  }
}
