import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { checkPrivate } from '../../platform/atomic-file.ts';
import { encodeOpened, parseHeader, parseLine } from './log-lines.ts';
import { damaged } from './log-reader.ts';
import { endOfLastLine, linesBackward, linesForward } from './log-scan.ts';
import { randomId } from './random-id.ts';
import { TimelineError } from './timeline-error.ts';

/** A power cut can leave whole lines of rubbish at the very end, at most one write of them; more than this is damage. */
const MAX_RUBBISH_BYTES = 2 * 1024 * 1024;

export interface OpenedLog {
  readonly logId: string;
  readonly lastSeq: number;
  /** Where the first line after the header begins, and where the next line goes. */
  readonly start: number;
  readonly end: number;
  /** It was closed in order, so its id could stay. */
  readonly clean: boolean;
}

/**
 * Prepares a log for reading and writing: a torn tail is cut, and a log that was not closed in order gets a new id.
 * Reads its first line and its end only. Throws {@link TimelineError} `agent_failed`, or a `FileError`.
 */
export async function openLog(path: string): Promise<OpenedLog> {
  const file = await open(path, constants.O_RDWR | constants.O_NOFOLLOW);
  try {
    const stats = await file.stat();
    checkPrivate(path, stats);
    const lineEnd = await endOfLastLine(file, stats.size);
    const start = await readHeader(file, path, lineEnd);
    const tail = await readTail(file, path, start, lineEnd);
    if (tail.end < stats.size) await file.truncate(tail.end);
    if (tail.closed !== null && tail.end === stats.size) {
      return { logId: tail.closed, lastSeq: tail.lastSeq, start, end: tail.end, clean: true };
    }
    const renamed = randomId();
    const line = encodeOpened(renamed);
    await file.write(line, tail.end, 'utf8');
    await file.datasync();
    return { logId: renamed, lastSeq: tail.lastSeq, start, end: tail.end + line.length, clean: false };
  } finally {
    await file.close();
  }
}

async function readHeader(file: FileHandle, path: string, end: number) {
  for await (const { text } of linesForward(file, 0, end)) {
    const header = parseHeader(text);
    if (header === 'newer') {
      throw new TimelineError('agent_failed', `${path} was written by a newer Paseo. Update Paseo to read it.`);
    }
    if (header === null) break;
    return Buffer.byteLength(text) + 1;
  }
  throw damaged(path, 'its first line is not that of a timeline');
}

/** Walks back to the last entry. Lines that say nothing are rubbish while nothing readable came after them. */
async function readTail(file: FileHandle, path: string, start: number, lineEnd: number) {
  let end = lineEnd;
  let closed: string | null = null;
  let readable = false;
  for await (const { text, offset } of linesBackward(file, start, lineEnd)) {
    const line = parseLine(text);
    if (line === null) {
      if (readable || lineEnd - offset > MAX_RUBBISH_BYTES) throw damaged(path, `byte ${offset}`);
      end = offset;
      continue;
    }
    if (line.kind === 'closed' && !readable && end === lineEnd) closed = line.logId;
    readable = true;
    if (line.kind === 'entry') return { lastSeq: line.entry.seq, end, closed };
  }
  return { lastSeq: 0, end, closed };
}
