import type { RpcId } from './host-protocol.ts';

interface RpcHead {
  /** undefined when there is none, or none that JSON-RPC allows. */
  readonly id: RpcId | undefined;
  readonly hasMethod: boolean;
}

/**
 * The `id` of a JSON-RPC message and whether it has a `method`, read without parsing the rest, which may be 10 MB. null when the line
 * does not begin as an object. A line that is no JSON may yield anything: whoever acts on what it says parses it.
 */
export function rpcHead(line: Buffer): RpcHead | null {
  let at = skipSpace(line, 0);
  if (line[at] !== OPEN_BRACE) return null;
  let id: RpcId | undefined;
  let hasMethod = false;
  at++;
  for (;;) {
    at = skipSpace(line, at);
    if (line[at] === COMMA) {
      at = skipSpace(line, at + 1);
    }
    if (line[at] !== QUOTE) return { id, hasMethod };
    const keyEnd = endOfString(line, at);
    const key = line.subarray(at + 1, keyEnd - 1);
    const colon = skipSpace(line, keyEnd);
    if (line[colon] !== COLON) return { id, hasMethod };
    const value = skipSpace(line, colon + 1);
    const end = endOfValue(line, value);
    if (key.equals(METHOD)) hasMethod = true;
    else if (key.equals(ID)) id = idFrom(line.subarray(value, end));
    if (end <= value) return { id, hasMethod };
    at = end;
  }
}

const METHOD = Buffer.from('method');
const ID = Buffer.from('id');
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
export const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;

function idFrom(text: Buffer): RpcId | undefined {
  // As large and deep as the program likes, and no id.
  if (text[0] === OPEN_BRACE || text[0] === OPEN_BRACKET) return undefined;
  try {
    const value: unknown = JSON.parse(text.toString('utf8'));
    return value === null || typeof value === 'string' || typeof value === 'number' ? value : undefined;
  } catch {
    return undefined;
  }
}

function skipSpace(line: Buffer, at: number): number {
  for (; at < line.length; at++) {
    const byte = line[at]!;
    if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0d) break;
  }
  return at;
}

/** Position after the JSON string whose opening quote is at `at`; the line's end when nothing closes it. */
export function endOfString(line: Buffer, at: number): number {
  let end = at;
  for (;;) {
    end = line.indexOf(QUOTE, end + 1);
    if (end < 0) return line.length;
    let escapes = 0;
    while (line[end - 1 - escapes] === BACKSLASH) escapes++;
    if (escapes % 2 === 0) return end + 1;
  }
}

/** Position after the value that begins at `at`. */
function endOfValue(line: Buffer, at: number): number {
  let depth = 0;
  while (at < line.length) {
    const byte = line[at]!;
    if (byte === QUOTE) {
      at = endOfString(line, at);
      if (depth === 0) return at;
      continue;
    }
    if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth++;
    else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      // The end of the message itself follows a number or a word without a comma.
      if (depth === 0) return at;
      if (--depth === 0) return at + 1;
    } else if (byte === COMMA && depth === 0) return at;
    at++;
  }
  return at;
}
