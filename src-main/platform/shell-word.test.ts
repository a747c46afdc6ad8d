import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { shellWord } from './shell-word.ts';

test.each(['Workshop', "Ann's laptop", '$(touch /tmp/x)', '`id`', 'a"; id; "', '!!', '\\', ' ', '*', '~', '', "''"])(
  '%j is one word that a shell takes as it is',
  (text) => {
    expect(execFileSync('sh', ['-c', `printf '<%s>' ${shellWord(text)}`], { encoding: 'utf8' })).toBe(`<${text}>`);
  },
);

test('a plain word or path needs no quotes', () => {
  expect(shellWord('work-shop.2')).toBe('work-shop.2');
  expect(shellWord('/home/ann/work')).toBe('/home/ann/work');
  // zsh would look for a program of that name.
  expect(shellWord('=ls')).toBe("'=ls'");
});
