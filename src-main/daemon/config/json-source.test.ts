import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { JsonSource, JsonSourceError } from './json-source.ts';

describe('JsonSource', () => {
  test('agrees with JSON.parse on what is JSON', () => {
    fc.assert(
      fc.property(fc.json(), fc.integer({ min: 0, max: 200 }), fc.string({ maxLength: 2 }), (json, at, put) => {
        const text = json.slice(0, at) + put + json.slice(at);
        let expected: unknown;
        try {
          expected = JSON.parse(text);
        } catch {
          expect(() => new JsonSource(text)).toThrow(JsonSourceError);
          return;
        }
        let source: JsonSource;
        try {
          source = new JsonSource(text);
        } catch (error) {
          // The two things that are refused on purpose.
          expect((error as Error).message).toMatch(/twice|deep/);
          return;
        }
        expect(source.value).toEqual(expected);
      }),
      { numRuns: 2000 },
    );
  });

  test('knows the line of every value', () => {
    const source = new JsonSource('{\n  "a": [\n    1,\n    {"b": null}\n  ],\n\n  "c": "d"\n}');
    expect(source.lineOf(['a'])).toBe(2);
    expect(source.lineOf(['a', 0])).toBe(3);
    expect(source.lineOf(['a', 1, 'b'])).toBe(4);
    expect(source.lineOf(['a', 1, 'missing', 'deeper'])).toBe(4);
    expect(source.lineOf(['c'])).toBe(7);
    expect(source.lineOf([])).toBe(1);
  });

  test.each([
    ['{\n "a": 1,\n}', 3, 'a comma too many'],
    ['{\n "a": 1\n "b": 2}', 3, 'a comma or } is missing'],
    ['{\n // note\n "a": 1}', 2, 'in double quotes'],
    ['[\n // note\n 1]', 2, 'comments'],
    ["{\n 'a': 1}", 2, 'in double quotes'],
    ['{"a" 1}', 1, 'a colon is missing after "a"'],
    ['{"a": 1, \n "a": 2}', 2, '"a" is there twice'],
    ['{"a": tru}', 1, 'a value was expected, not "t"'],
    ['{"a": "b\nc"}', 1, 'not closed'],
    ['{"a": 1}\nx', 2, 'after the end'],
    ['{"a": [1,', 1, 'ends too early'],
    ['', 1, 'ends too early'],
    ['['.repeat(100_000), 1, 'too deeply'],
  ])('says what is wrong with %j', (text, line, message) => {
    expect(() => new JsonSource(text)).toThrow(
      expect.objectContaining({ line, message: expect.stringContaining(message) }),
    );
  });

  test('takes a byte order mark', () => {
    expect(new JsonSource('\ufeff{"a":1}').value).toEqual({ a: 1 });
  });
});
