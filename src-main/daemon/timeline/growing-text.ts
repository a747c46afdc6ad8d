/** Pieces are joined into one at this count, so that a long message costs neither memory nor repeated copying. */
const MAX_PIECES = 1024;

/** A text that grows at its end. Reading from an offset costs what is read, not the whole text. Offsets are UTF-16 units. */
export class GrowingText {
  #pieces: string[] = [];
  #starts: number[] = [];
  #length = 0;

  constructor(text: string) {
    this.append(text);
  }

  get length(): number {
    return this.#length;
  }

  append(text: string): void {
    if (text === '') return;
    if (this.#pieces.length >= MAX_PIECES) {
      this.#pieces = [this.#pieces.join('')];
      this.#starts = [0];
    }
    this.#pieces.push(text);
    this.#starts.push(this.#length);
    this.#length += text.length;
  }

  /** The text from `offset` on; empty at or beyond the end. */
  from(offset: number): string {
    if (offset >= this.#length) return '';
    let first = this.#pieces.length - 1;
    while (this.#starts[first]! > offset) first--;
    return this.#pieces
      .slice(first)
      .join('')
      .slice(offset - this.#starts[first]!);
  }
}
