import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  concat,
  equalBytes,
  fromBase32,
  fromBase64url,
  fromHex,
  fromUtf8,
  lengthPrefixed,
  toBase32,
  toBase64url,
  toHex,
  utf8,
} from './bytes.ts';

describe('text forms of bytes', () => {
  it('agree with Buffer and come back unchanged', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70 }), (bytes) => {
        expect(toHex(bytes)).toBe(Buffer.from(bytes).toString('hex'));
        expect(toBase64url(bytes)).toBe(Buffer.from(bytes).toString('base64url'));
        for (const back of [fromHex(toHex(bytes)), fromBase64url(toBase64url(bytes)), fromBase32(toBase32(bytes))])
          expect(back).toEqual(bytes);
      }),
    );
  });

  it('write base32 as RFC 4648 §10 does, in lower case without padding', () => {
    const cases = {
      '': '',
      f: 'my',
      fo: 'mzxq',
      foo: 'mzxw6',
      foob: 'mzxw6yq',
      fooba: 'mzxw6ytb',
      foobar: 'mzxw6ytboi',
    };
    for (const [text, encoded] of Object.entries(cases)) expect(toBase32(utf8(text))).toBe(encoded);
  });

  it.each(['A', 'AAAAA', 'AA==', 'A+', 'A/', 'A A', 'AB\n', 'AB', 'AAB', 'é', '😀😀'])(
    'refuse %j as base64url',
    (text) => {
      expect(() => fromBase64url(text)).toThrow(SyntaxError);
    },
  );

  it.each(['a', 'abc', 'MY', 'mz', 'm1', 'my======', 'mzxw6z', '😀😀'])('refuse %j as base32', (text) => {
    expect(() => fromBase32(text)).toThrow(SyntaxError);
  });

  it.each(['0', 'zz', '0x', '0 ', 'é'])('refuse %j as hex', (text) => {
    expect(() => fromHex(text)).toThrow(SyntaxError);
  });

  it('refuse bytes that are not UTF-8 and keep a byte order mark', () => {
    expect(() => fromUtf8(Uint8Array.of(0xc3, 0x28))).toThrow(TypeError);
    expect(() => fromUtf8(Uint8Array.of(0xed, 0xa0, 0x80))).toThrow(TypeError);
    expect(fromUtf8(utf8('\ufeffé😀'))).toBe('\ufeffé😀');
  });
});

describe('byte strings', () => {
  it('are compared by all of their bytes', () => {
    expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2))).toBe(true);
    expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 3))).toBe(false);
    expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1))).toBe(false);
  });

  it('are joined and prefixed with a big-endian u16 length', () => {
    expect(concat(Uint8Array.of(1), new Uint8Array(0), Uint8Array.of(2, 3))).toEqual(Uint8Array.of(1, 2, 3));
    expect(lengthPrefixed(new Uint8Array(258)).slice(0, 3)).toEqual(Uint8Array.of(1, 2, 0));
    expect(() => lengthPrefixed(new Uint8Array(65_536))).toThrow(RangeError);
  });
});
