const NEWLINE = 0x0a;

/** Cuts a stream into lines without their ends. Blank lines say nothing and are left out. */
export class LineSplitter {
  readonly #maxBytes: number;
  #pieces: Buffer[] = [];
  #length = 0;
  #tooLong = false;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** A line was longer than the limit; nothing is cut any more. */
  get tooLong(): boolean {
    return this.#tooLong;
  }

  /** The lines that `chunk` completes. */
  push(chunk: Buffer): Buffer[] {
    const lines: Buffer[] = [];
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      if (!this.#add(chunk.subarray(from, end))) return lines;
      const line = this.rest();
      if (line !== null) lines.push(line);
      from = end + 1;
    }
    this.#add(chunk.subarray(from));
    return lines;
  }

  /** What came after the last line's end; null when that is blank. */
  rest(): Buffer | null {
    const line = this.#pieces.length === 1 ? this.#pieces[0]! : Buffer.concat(this.#pieces);
    this.#pieces = [];
    this.#length = 0;
    return line.length === 0 || (line.length === 1 && line[0] === 0x0d) ? null : line;
  }

  #add(piece: Buffer): boolean {
    if (this.#tooLong) return false;
    if (piece.length > 0) this.#pieces.push(piece);
    this.#length += piece.length;
    if (this.#length <= this.#maxBytes) return true;
    this.#tooLong = true;
    this.#pieces = [];
    return false;
  }
}
