import { TERMINAL_HEAD_CHARS, TERMINAL_TAIL_CHARS } from '../../limits.ts';

/** What a command has printed so far: its beginning and its end, with a line between them that says how much is missing. */
export class TerminalOutput {
  #head = '';
  #tail = '';
  #missing = 0;

  /** `shown`: what {@link preview} or {@link whole} gave in an earlier run of the daemon. */
  constructor(shown = '') {
    const gap = GAP.exec(shown);
    if (gap !== null) {
      this.#head = shown.slice(0, gap.index);
      this.#missing = Number(gap[1]);
    }
    this.append(gap === null ? shown : shown.slice(gap.index + gap[0].length));
  }

  append(text: string): void {
    const room = this.#missing === 0 && this.#tail === '' ? TERMINAL_HEAD_CHARS - this.#head.length : 0;
    const first = room <= 0 ? 0 : wholeEnd(text, room);
    this.#head += text.slice(0, first);
    // A full head must not take more, also when half a character was left over.
    this.#tail += text.slice(first);
    const over = this.#tail.length - TERMINAL_TAIL_CHARS;
    if (over <= 0) return;
    const from = isLow(this.#tail.charCodeAt(over)) ? over + 1 : over;
    this.#tail = this.#tail.slice(from);
    this.#missing += from;
  }

  /** All that is kept. */
  whole(): string {
    return joined(this.#head, this.#missing, this.#tail);
  }

  /** A short form for a command that still runs: it is written again and again. */
  preview(): string {
    const length = this.#head.length + this.#tail.length;
    if (length <= PREVIEW_HEAD_CHARS + PREVIEW_TAIL_CHARS) return this.whole();
    const text = this.#head + this.#tail;
    const head = text.slice(0, wholeEnd(text, PREVIEW_HEAD_CHARS));
    const from = text.length - PREVIEW_TAIL_CHARS;
    const tail = text.slice(isLow(text.charCodeAt(from)) ? from + 1 : from);
    return joined(head, this.#missing + length - head.length - tail.length, tail);
  }
}

const PREVIEW_HEAD_CHARS = 4 * 1024;
const PREVIEW_TAIL_CHARS = 8 * 1024;

function joined(head: string, missing: number, tail: string): string {
  return missing === 0 ? head + tail : `${head}\n… [cut: ${missing} more characters]\n${tail}`;
}

const GAP = /\n… \[cut: (\d+) more characters\]\n/;

/** Where to cut at or before `limit` so that no surrogate pair is torn. */
function wholeEnd(text: string, limit: number): number {
  if (text.length <= limit) return text.length;
  return isLow(text.charCodeAt(limit)) ? limit - 1 : limit;
}

function isLow(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}
