import * as fs from 'node:fs';
import { dirname, join } from 'node:path';
import type { HostLine, ReportedEnd } from './host-protocol.ts';
import { endRecord, journalDraft, journalHeader } from './journal.ts';
import { JOURNAL_CHECKPOINT_BYTES, JOURNAL_COMPACT_BYTES, JOURNAL_READ_BYTES } from './limits.ts';

/** A place in the file: `lines` of them, counted from the first ever, end before `offset`. */
interface Place {
  readonly lines: number;
  readonly offset: number;
}

interface JournalOptions {
  readonly path: string;
  readonly hostId: string;
  readonly agentId: string;
  /** Bytes of lines that are not acknowledged at which {@link JournalWriter.full} holds. */
  readonly maxBytes: number;
}

const NEWLINE = 0x0a;
const NEWLINE_BYTES = Buffer.of(NEWLINE);

/**
 * The host's side of its journal. Writes and reads go to the system's memory and return at once; a host has nothing else to do
 * meanwhile. All may throw the error of the file system, and the file is as before then.
 */
export class JournalWriter {
  readonly #options: JournalOptions;
  #fd: number;
  /** Where lines begin that may still be needed: about every JOURNAL_CHECKPOINT_BYTES, the oldest first. Never empty. */
  #places: Place[];
  /** The end of the file. */
  #end: Place;
  /** Where the last {@link read} stopped. */
  #cursor: Place;
  #acked = 0;
  #closed = false;
  #dirty = false;
  #ended = false;

  private constructor(options: JournalOptions, fd: number, start: Place) {
    this.#options = options;
    this.#fd = fd;
    this.#places = [start];
    this.#end = start;
    this.#cursor = start;
  }

  /** The file must not be there. */
  static create(options: JournalOptions): JournalWriter {
    const header = journalHeader(options.hostId, options.agentId, 0);
    const fd = fs.openSync(options.path, 'wx+', 0o600);
    writeAll(fd, header, 0);
    return new JournalWriter(options, fd, { lines: 0, offset: header.length });
  }

  /** Lines up to this number are not in the file any more. */
  get base(): number {
    return this.#places[0]!.lines;
  }

  /** Number of the last line. */
  get last(): number {
    return this.#end.lines;
  }

  get acked(): number {
    return this.#acked;
  }

  get full(): boolean {
    return this.#end.offset - this.#places[0]!.offset >= this.#options.maxBytes;
  }

  /** They get the numbers after {@link last}. */
  append(lines: readonly Buffer[]): void {
    this.#write(lines.flatMap((line) => [line, NEWLINE_BYTES]));
    for (const line of lines) {
      const { lines: count, offset } = this.#end;
      if (offset - this.#places.at(-1)!.offset >= JOURNAL_CHECKPOINT_BYTES) this.#places.push(this.#end);
      this.#end = { lines: count + 1, offset: offset + line.length + 1 };
    }
  }

  /** Nothing is appended afterwards. */
  appendEnd(end: ReportedEnd): void {
    this.#write([endRecord(this.#options.hostId, this.last, end)]);
    this.#ended = true;
    this.sync();
  }

  /** Lines up to `n` are not needed any more. */
  ack(n: number): void {
    this.#acked = Math.max(this.#acked, Math.min(n, this.last));
    if (this.#acked === this.last) this.#places = [this.#end];
    while (this.#places.length > 1 && this.#places[1]!.lines <= this.#acked) this.#places.shift();
    const start = this.#places[0]!.offset;
    // It stays as it is once it ends with an end record.
    if (this.#ended) return;
    if (start >= JOURNAL_COMPACT_BYTES && start >= this.#end.offset - start) this.#compact();
  }

  /** Some lines after number `from`, at least one unless there is none. */
  read(from: number): HostLine[] {
    let at = this.#places[0]!;
    for (const place of [...this.#places, this.#cursor]) if (place.lines <= from && place.lines > at.lines) at = place;
    const found: HostLine[] = [];
    let size = 0;
    let pieces: Buffer[] = [];
    let { lines, offset } = at;
    for (let position = offset; lines < this.last && size < JOURNAL_READ_BYTES;) {
      const chunk = Buffer.allocUnsafe(Math.min(JOURNAL_CHECKPOINT_BYTES, this.#end.offset - position));
      if (fs.readSync(this.#fd, chunk, 0, chunk.length, position) !== chunk.length) throw new Error('journal cut');
      position += chunk.length;
      let start = 0;
      for (let end = chunk.indexOf(NEWLINE); end >= 0 && lines < this.last; end = chunk.indexOf(NEWLINE, start)) {
        pieces.push(chunk.subarray(start, end));
        const bytes = pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
        pieces = [];
        start = end + 1;
        lines++;
        offset += bytes.length + 1;
        if (lines > from) {
          found.push({ n: lines, bytes });
          size += bytes.length;
        }
      }
      pieces.push(chunk.subarray(start));
    }
    this.#cursor = { lines, offset };
    return found;
  }

  /** Hands what was written to the disk; the disk's troubles are its own. */
  sync(): void {
    if (this.#closed || !this.#dirty) return;
    this.#dirty = false;
    fs.fdatasync(this.#fd, () => {});
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    fs.closeSync(this.#fd);
  }

  /** Closes it, and removes the file unless it is another host's by now. */
  remove(): void {
    const ours = !this.#closed && this.#isOurs();
    this.close();
    if (ours) fs.rmSync(this.#options.path, { force: true });
  }

  #write(parts: readonly Buffer[]): void {
    const { offset } = this.#end;
    try {
      const done = fs.writevSync(this.#fd, parts, offset);
      const all = parts.reduce((sum, part) => sum + part.length, 0);
      if (done < all) writeAll(this.#fd, Buffer.concat(parts).subarray(done), offset + done);
      this.#dirty = true;
    } catch (error) {
      fs.ftruncateSync(this.#fd, offset);
      throw error;
    }
  }

  #isOurs(): boolean {
    const [there, ours] = [fs.statSync(this.#options.path, { throwIfNoEntry: false }), fs.fstatSync(this.#fd)];
    return there?.ino === ours.ino && there.dev === ours.dev;
  }

  /** Replaces the file by one without the lines that are not needed, in one step. */
  #compact(): void {
    const { path, hostId, agentId } = this.#options;
    const first = this.#places[0]!;
    const fresh = join(dirname(path), journalDraft(hostId));
    const header = journalHeader(hostId, agentId, first.lines);
    let fd: number | null = null;
    try {
      if (!this.#isOurs()) return;
      fs.rmSync(fresh, { force: true });
      fd = fs.openSync(fresh, 'wx+', 0o600);
      writeAll(fd, header, 0);
      copyAll(this.#fd, first.offset, this.#end.offset, fd, header.length);
      fs.renameSync(fresh, path);
    } catch {
      // No space, most likely. The old file has everything; it is tried again with the next lines.
      if (fd !== null) discard(fd, fresh);
      return;
    }
    fs.closeSync(this.#fd);
    this.#fd = fd;
    this.#dirty = true;
    const shift = first.offset - header.length;
    const moved = ({ lines, offset }: Place): Place => ({ lines, offset: offset - shift });
    this.#places = this.#places.map(moved);
    this.#end = moved(this.#end);
    this.#cursor = this.#cursor.lines < first.lines ? this.#places[0]! : moved(this.#cursor);
  }
}

function discard(fd: number, path: string): void {
  try {
    fs.closeSync(fd);
    fs.rmSync(path, { force: true });
  } catch {
    // The next try removes it.
  }
}

function writeAll(fd: number, data: Buffer, position: number): void {
  for (let done = 0; done < data.length;) {
    done += fs.writeSync(fd, data, done, data.length - done, position + done);
  }
}

function copyAll(from: number, start: number, end: number, to: number, at: number): void {
  const buffer = Buffer.allocUnsafe(JOURNAL_READ_BYTES);
  for (let position = start; position < end;) {
    const count = fs.readSync(from, buffer, 0, Math.min(buffer.length, end - position), position);
    if (count === 0) throw new Error('journal cut');
    writeAll(to, buffer.subarray(0, count), at + position - start);
    position += count;
  }
}
