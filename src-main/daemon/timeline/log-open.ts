import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { checkPrivate } from '../../platform/atomic-file.ts';
import type { HostPosition } from './host-position.ts';
import { encodeOpened, parseHeader, parseLine, parseMark } from './log-lines.ts';
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
  /** Where the line of the newest entry begins. */
  readonly newest: number;
  /** It was closed in order, so its id could stay. */
  readonly clean: boolean;
  /** The newest mark of the host that was asked for. */
  readonly mark: HostPosition | null;
}

/**
 * Prepares a log for reading and writing: a torn tail is cut, and a log that was not closed in order gets a new id, since
 * followers may have seen what never reached the disk. Of such a log everything behind the newest mark of the host `attachedTo`
 * is cut, for that host tells it again. Reads its first line and its end only; all of it when that host has no mark.
 * Throws {@link TimelineError} `agent_failed`, or a `FileError`.
 */
export async function openLog(path: string, attachedTo: string | null): Promise<OpenedLog> {
  const file = await open(path, constants.O_RDWR | constants.O_NOFOLLOW);
  try {
    const stats = await file.stat();
    checkPrivate(path, stats);
    const lineEnd = await endOfLastLine(file, stats.size);
    const start = await readHeader(file, path, lineEnd);
    const closed = lineEnd === stats.size ? await readClosed(file, start, lineEnd) : null;
    const { mark, end: told } = await findMark(file, start, lineEnd, attachedTo);
    const { lastSeq, newest, end } = await readTail(file, path, start, closed === null ? told : lineEnd);
    if (closed !== null) return { logId: closed, lastSeq, newest, start, end, clean: true, mark };
    if (end < stats.size) await file.truncate(end);
    const logId = randomId();
    const line = encodeOpened(logId);
    await file.write(line, end, 'utf8');
    await file.datasync();
    return { logId, lastSeq, newest, start, end: end + line.length, clean: false, mark };
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

/** The id that the log was closed with, if its last line says so. */
async function readClosed(file: FileHandle, start: number, lineEnd: number): Promise<string | null> {
  for await (const { text } of linesBackward(file, start, lineEnd)) {
    const line = parseLine(text);
    return line?.kind === 'closed' ? line.logId : null;
  }
  return null;
}

/** The newest mark of a host, and where what is told without it ends: behind the mark, unless another host has one there. */
async function findMark(file: FileHandle, start: number, lineEnd: number, hostId: string | null) {
  if (hostId === null) return { mark: null, end: lineEnd };
  let isNewest = true;
  for await (const { text, offset } of linesBackward(file, start, lineEnd)) {
    const mark = parseMark(text);
    if (mark?.hostId === hostId) return { mark, end: isNewest ? offset + text.length + 1 : lineEnd };
    if (mark !== null) isNewest = false;
  }
  return { mark: null, end: lineEnd };
}

/** Walks back to the last entry. Lines that say nothing are rubbish while nothing readable came after them. */
async function readTail(file: FileHandle, path: string, start: number, lineEnd: number) {
  let end = lineEnd;
  let readable = false;
  for await (const { text, offset } of linesBackward(file, start, lineEnd)) {
    const line = parseLine(text);
    if (line === null) {
      if (readable || lineEnd - offset > MAX_RUBBISH_BYTES) throw damaged(path, `byte ${offset}`);
      end = offset;
      continue;
    }
    readable = true;
    if (line.kind === 'entry') return { lastSeq: line.entry.seq, newest: offset, end };
  }
  return { lastSeq: 0, newest: start, end };
}
