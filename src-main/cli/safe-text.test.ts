import { describe, expect, it } from 'vitest';
import { safeJson, safeLine, safeText } from './safe-text.ts';

const ATTACKS = [
  ['sets the clipboard (OSC 52)', '\u001b]52;c;aGVsbG8=\u0007'],
  ['hides where a link leads (OSC 8)', '\u001b]8;;https://evil.test\u001b\\here\u001b]8;;\u001b\\'],
  ['asks the terminal to type its title', '\u001b[21t'],
  ['asks for a setting (DECRQSS)', '\u001bP$q"p\u001b\\'],
  ['clears the screen with one C1 control', '\u009b2J'],
  ['rewrites the line', 'rm -rf /\rls      '],
  ['erases what was written', 'bad\b\b\bok'],
  ['turns the text around', '\u202egpj.exe\u2066'],
  ['rings', '\u0007\u007f'],
] as const;

// Everything but line breaks and tabs that a terminal could obey.
const OBEYED = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

describe('text for a terminal', () => {
  it.each(ATTACKS)('is harmless when it %s', (_name, attack) => {
    expect(attack).toMatch(OBEYED);
    expect(safeText(attack)).not.toMatch(OBEYED);
    expect(safeLine(attack)).not.toMatch(OBEYED);
    expect(safeJson({ attack })).not.toMatch(OBEYED);
  });

  it('keeps every other character', () => {
    const text = 'Grüße, 世界 👍🏽\n\tindented {"a": "b"} ~ \u00a0';
    expect(safeText(text)).toBe(text);
    expect(safeText('dos\r\nlines\r\n')).toBe('dos\nlines\n');
    expect(safeLine('two\nlines\u2028three')).toBe('two lines three');
  });

  it('shows what it took away', () => {
    expect(safeText('\u001b[31mred\u007f\u009b')).toBe('\u241b[31mred\u2421\ufffd');
  });

  it('stays the same value as JSON', () => {
    const value = ATTACKS.map(([, attack]) => attack);
    expect(JSON.parse(safeJson(value))).toEqual(value);
  });
});
