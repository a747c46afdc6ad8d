/** Byte strings and their text forms. Everything here is pure and runs anywhere. */

const encoder = new TextEncoder();
const strictDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const HEX = '0123456789abcdef';
const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';
const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

export function concat(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** Compares in time that depends on the lengths alone. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= a[i]! ^ b[i]!;
  return difference === 0;
}

/** Overwrites secrets with zeros. */
export function wipe(...secrets: readonly Uint8Array[]): void {
  for (const secret of secrets) secret.fill(0);
}

export function utf8(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text);
}

/** Throws TypeError when the bytes are not UTF-8. A byte order mark is kept, so that encoding again gives the same bytes. */
export function fromUtf8(bytes: Uint8Array): string {
  return strictDecoder.decode(bytes);
}

/** Unsigned, big-endian, 2 bytes. */
function u16(value: number): Uint8Array {
  return Uint8Array.of(value >>> 8, value & 0xff);
}

/** `lp(x)` of the protocol: a big-endian u16 length, then x. Throws RangeError above 65,535 bytes. */
export function lengthPrefixed(bytes: Uint8Array): Uint8Array {
  if (bytes.length > 0xffff) throw new RangeError('lp() takes at most 65,535 bytes');
  return concat(u16(bytes.length), bytes);
}

export function toHex(bytes: Uint8Array): string {
  return toDigits(bytes, 4, HEX);
}

/** Lower case or upper case. Throws SyntaxError for anything else. */
export function fromHex(text: string): Uint8Array<ArrayBuffer> {
  if (text.length % 2 !== 0) throw notEncoded('hex');
  return fromDigits(text.toLowerCase(), 4, HEX, 'hex');
}

/** RFC 4648 §5 without padding. */
export function toBase64url(bytes: Uint8Array): string {
  return toDigits(bytes, 6, BASE64URL);
}

/** Strict: no padding, no white space, no other alphabet, unused bits zero. Throws SyntaxError. */
export function fromBase64url(text: string): Uint8Array<ArrayBuffer> {
  if (text.length % 4 === 1) throw notEncoded('base64url');
  return fromDigits(text, 6, BASE64URL, 'base64url');
}

/** RFC 4648 §6 in lower case without padding. */
export function toBase32(bytes: Uint8Array): string {
  return toDigits(bytes, 5, BASE32);
}

/** Strict like {@link fromBase64url}; lower case only. Throws SyntaxError. */
export function fromBase32(text: string): Uint8Array<ArrayBuffer> {
  if ([1, 3, 6].includes(text.length % 8)) throw notEncoded('base32');
  return fromDigits(text, 5, BASE32, 'base32');
}

function toDigits(bytes: Uint8Array, bitsPerDigit: number, alphabet: string): string {
  const mask = (1 << bitsPerDigit) - 1;
  let text = '';
  let pending = 0;
  let bits = 0;
  for (const byte of bytes) {
    pending = ((pending << 8) | byte) & 0xffff;
    bits += 8;
    while (bits >= bitsPerDigit) {
      bits -= bitsPerDigit;
      text += alphabet[(pending >>> bits) & mask];
    }
  }
  if (bits > 0) text += alphabet[(pending << (bitsPerDigit - bits)) & mask];
  return text;
}

function fromDigits(text: string, bitsPerDigit: number, alphabet: string, name: string): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(Math.floor((text.length * bitsPerDigit) / 8));
  let pending = 0;
  let bits = 0;
  let at = 0;
  for (const character of text) {
    const digit = alphabet.indexOf(character);
    if (digit < 0) throw notEncoded(name);
    pending = ((pending << bitsPerDigit) | digit) & 0xffff;
    bits += bitsPerDigit;
    if (bits >= 8) {
      bits -= 8;
      out[at++] = (pending >>> bits) & 0xff;
    }
  }
  if ((pending & ((1 << bits) - 1)) !== 0) throw notEncoded(name);
  return out;
}

/** The text itself may be a secret, so it is never repeated. */
function notEncoded(name: string): SyntaxError {
  return new SyntaxError(`not valid ${name}`);
}
