/**
 * JSON text with line numbers. JSON.parse says where an error is only sometimes, and never where a value stands.
 */
export class JsonSource {
  /** The parsed text. */
  readonly value: unknown;
  readonly #lines: ReadonlyMap<string, number>;

  /** Throws {@link JsonSourceError}: RFC 8259, plus no duplicate keys. */
  constructor(text: string) {
    this.#lines = new Scanner(text).scan();
    this.value = JSON.parse(withoutMark(text));
  }

  /** The line, from 1, of the value at `path`, or of the nearest one around it. */
  lineOf(path: readonly PropertyKey[]): number {
    for (let length = path.length; length >= 0; length--) {
      const line = this.#lines.get(key(path.slice(0, length)));
      if (line !== undefined) return line;
    }
    return 1;
  }
}

export class JsonSourceError extends Error {
  /** From 1. */
  readonly line: number;

  constructor(line: number, message: string) {
    super(message);
    this.name = 'JsonSourceError';
    this.line = line;
  }
}

const MAX_DEPTH = 32;
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const WORD = /true|false|null/y;
const SPACE = /[ \t\r\n]*/y;

class Scanner {
  readonly #text: string;
  readonly #lines = new Map<string, number>();
  #at = 0;
  #line = 1;
  #counted = 0;

  constructor(text: string) {
    this.#text = withoutMark(text);
  }

  scan(): ReadonlyMap<string, number> {
    this.#value([]);
    if (this.#peek() !== '') this.#fail('there is text after the end of the JSON');
    return this.#lines;
  }

  #value(path: readonly PropertyKey[]): void {
    const next = this.#peek();
    this.#lines.set(key(path), this.#lineHere());
    if (path.length > MAX_DEPTH) this.#fail('it is nested too deeply');
    if (next === '{') this.#object(path);
    else if (next === '[') this.#array(path);
    else if (!this.#take(STRING) && !this.#take(NUMBER) && !this.#take(WORD)) {
      if (next === '"') this.#fail('a text in quotes is not closed, or has a character that must be escaped');
      if (next === '/') this.#fail('comments are not allowed in JSON');
      this.#fail(next === '' ? 'the file ends too early' : `a value was expected, not ${JSON.stringify(next)}`);
    }
  }

  #object(path: readonly PropertyKey[]): void {
    const seen = new Set<string>();
    this.#members('}', () => {
      if (this.#peek() !== '"') this.#fail('a name in double quotes was expected (is there a comma too many?)');
      const token = this.#take(STRING);
      if (token === null) this.#fail('a name is not closed, or has a character that must be escaped');
      const name = JSON.parse(token) as string;
      if (seen.has(name)) this.#fail(`${JSON.stringify(name)} is there twice`);
      seen.add(name);
      if (this.#peek() !== ':') this.#fail(`a colon is missing after ${JSON.stringify(name)}`);
      this.#at++;
      this.#value([...path, name]);
    });
  }

  #array(path: readonly PropertyKey[]): void {
    let index = 0;
    this.#members(']', () => this.#value([...path, index++]));
  }

  #members(end: string, member: () => void): void {
    this.#at++;
    if (this.#peek() === end) {
      this.#at++;
      return;
    }
    for (;;) {
      member();
      const next = this.#peek();
      this.#at++;
      if (next === end) return;
      if (next !== ',') {
        this.#at--;
        this.#fail(next === '' ? 'the file ends too early' : `a comma or ${end} is missing`);
      }
    }
  }

  /** The next character after white space, '' at the end. */
  #peek(): string {
    this.#take(SPACE);
    return this.#text.charAt(this.#at);
  }

  #take(token: RegExp): string | null {
    token.lastIndex = this.#at;
    const match = token.exec(this.#text)?.[0] ?? null;
    if (match !== null) this.#at += match.length;
    return match;
  }

  #lineHere(): number {
    for (; this.#counted < this.#at; this.#counted++) if (this.#text[this.#counted] === '\n') this.#line++;
    return this.#line;
  }

  #fail(message: string): never {
    throw new JsonSourceError(this.#lineHere(), message);
  }
}

function key(path: readonly PropertyKey[]): string {
  return JSON.stringify(path.map(String));
}

/** Some editors of Windows put a byte order mark at the start. */
function withoutMark(text: string): string {
  return text.startsWith('\ufeff') ? text.slice(1) : text;
}
