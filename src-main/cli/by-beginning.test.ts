import { describe, expect, it } from 'vitest';
import { byBeginning } from './by-beginning.ts';

const words = { none: 'There is none.', several: (found: readonly string[]) => `It could be ${found.join(' or ')}.` };
const choose = (list: readonly string[], beginning?: string): string => byBeginning(list, (id) => id, beginning, words);

describe('the beginning of an id', () => {
  it('names the only one that begins so', () => {
    expect(choose(['abc', 'abd', 'xyz'], 'x')).toBe('xyz');
  });

  it('names nothing when none or several begin so', () => {
    expect(() => choose(['abc'], 'b')).toThrow(
      expect.objectContaining({ code: 'not_found', message: 'There is none.' }),
    );
    expect(() => choose(['abc', 'abd', 'xyz'], 'ab')).toThrow(
      expect.objectContaining({ code: 'ambiguous', message: 'It could be abc or abd.' }),
    );
  });

  it('names the only one when it is not given, and nothing when it is empty', () => {
    expect(choose(['abc'])).toBe('abc');
    expect(() => choose(['abc', 'xyz'])).toThrow(expect.objectContaining({ code: 'ambiguous' }));
    expect(() => choose(['abc'], '')).toThrow(expect.objectContaining({ code: 'not_found' }));
  });

  it('names a whole id that others begin with', () => {
    expect(choose(['abcd', 'abc'], 'abc')).toBe('abc');
  });
});
