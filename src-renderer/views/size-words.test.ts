import { expect, it } from 'vitest';
import { sizeWords, tokenWords } from './size-words.ts';

it('tells sizes of files shortly', () => {
  expect([0, 999, 1000, 14_400, 999_499, 999_500, 10_485_760].map(sizeWords)).toEqual([
    '0 B',
    '999 B',
    '1 kB',
    '14 kB',
    '999 kB',
    '1.0 MB',
    '10.5 MB',
  ]);
});

it('tells tokens shortly', () => {
  expect([0, 999, 1000, 12_440, 99_950, 200_000, 999_500, 1_250_000].map(tokenWords)).toEqual([
    '0',
    '999',
    '1k',
    '12.4k',
    '100k',
    '200k',
    '1M',
    '1.3M',
  ]);
});
