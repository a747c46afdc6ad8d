import type { FileHandle } from 'node:fs/promises';

/** Bytes read at once. Memory of a scan is this plus the longest line. */
const BLOCK_BYTES = 64 * 1024;
const NEWLINE = 0x0a;

/** One whole line and where it begins. */
interface RawLine {
  readonly text: string;
  readonly offset: number;
}

/** Whole lines of `[start, end)` from the last to the first. Both must be line starts (or the end of the last line). */
export async function* linesBackward(file: FileHandle, start: number, end: number): AsyncGenerator<RawLine> {
  let rest: Buffer[] = [];
  let at = end;
  while (at > start) {
    const from = Math.max(start, at - BLOCK_BYTES);
    const block = await readExactly(file, from, at - from);
    let stop = block.length;
    // The newline at the very end of a piece ends the line that is already begun.
    for (let i = block.lastIndexOf(NEWLINE, stop - 1); i >= 0; i = i === 0 ? -1 : block.lastIndexOf(NEWLINE, i - 1)) {
      const piece = block.subarray(i + 1, stop);
      stop = i;
      if (piece.length === 0 && rest.length === 0) continue;
      yield { text: join(piece, rest), offset: from + i + 1 };
      rest = [];
    }
    rest.unshift(block.subarray(0, stop));
    at = from;
  }
  if (rest.some((piece) => piece.length > 0)) yield { text: join(Buffer.alloc(0), rest), offset: start };
}

/** Whole lines of `[start, end)` in order. `start` must be a line start. */
export async function* linesForward(file: FileHandle, start: number, end: number): AsyncGenerator<RawLine> {
  let rest: Buffer[] = [];
  let lineStart = start;
  for (let at = start; at < end; at += BLOCK_BYTES) {
    const block = await readExactly(file, at, Math.min(BLOCK_BYTES, end - at));
    let from = 0;
    for (let i = block.indexOf(NEWLINE); i >= 0; i = block.indexOf(NEWLINE, from)) {
      yield { text: Buffer.concat([...rest, block.subarray(from, i)]).toString('utf8'), offset: lineStart };
      rest = [];
      from = i + 1;
      lineStart = at + from;
    }
    if (from < block.length) rest.push(block.subarray(from));
  }
}

/** The first line start at or after `at` and before `end`, or null. */
export async function nextLineStart(file: FileHandle, at: number, end: number): Promise<number | null> {
  for (let from = Math.max(0, at - 1); from < end; from += BLOCK_BYTES) {
    const block = await readExactly(file, from, Math.min(BLOCK_BYTES, end - from));
    const i = block.indexOf(NEWLINE);
    if (i >= 0) return from + i + 1 < end ? from + i + 1 : null;
  }
  return null;
}

/** Where the last whole line ends: everything from there on was torn off in the middle. */
export async function endOfLastLine(file: FileHandle, size: number): Promise<number> {
  for (let at = size; at > 0;) {
    const from = Math.max(0, at - BLOCK_BYTES);
    const i = (await readExactly(file, from, at - from)).lastIndexOf(NEWLINE);
    if (i >= 0) return from + i + 1;
    at = from;
  }
  return 0;
}

async function readExactly(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await file.read(buffer, done, length - done, position + done);
    if (bytesRead === 0) throw new Error(`the file ended at ${position + done} while it was read`);
    done += bytesRead;
  }
  return buffer;
}

function join(piece: Buffer, rest: readonly Buffer[]): string {
  return Buffer.concat([piece, ...rest]).toString('utf8');
}
