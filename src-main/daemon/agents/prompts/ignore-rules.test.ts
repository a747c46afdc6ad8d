import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { IgnoreRules } from './ignore-rules.ts';

describe('rules of a .gitignore', () => {
  test.each([
    ['*.log', 'a.log', true],
    ['*.log', 'b/a.log', true],
    ['/a.log', 'b/a.log', null],
    ['build/', 'build', null],
    ['build/', 'build/', true],
    ['a/b', 'x/a/b', null],
    ['**/b', 'x/a/b', true],
    ['a/**', 'a/', null],
    ['a/**', 'a/x/y', true],
    ['a/**/b', 'a/b', true],
    ['a/**/b', 'a/x/y/b', true],
    ['*.log\n!keep.log', 'keep.log', false],
    ['!keep.log\n*.log', 'keep.log', true],
    ['# comment\n\\#x\n\\!y', '#x', true],
    ['# comment\n\\#x\n\\!y', '!y', true],
    ['a  ', 'a', true],
    ['a\\ ', 'a ', true],
    ['[a-c]?.ts', 'b1.ts', true],
    ['[!a-c]?.ts', 'b1.ts', null],
    ['[[:digit:]]x', '7x', true],
    ['[]]x', ']x', true],
    ['[a', '[a', null],
    ['a\\', 'a\\', null],
    ['\ufeffa', 'a', true],
    ['a\r', 'a', true],
    ['', 'a', null],
  ])('%j about %j: %s', (text, path, ignored) => {
    const segments = path.replace(/\/$/, '').split('/');
    expect(new IgnoreRules(text).ignores(segments, path.endsWith('/'))).toBe(ignored);
  });

  test('take milliseconds, whatever a stranger put into them', () => {
    const rules = new IgnoreRules(
      Array(1000)
        .fill(`${'*a'.repeat(60)}*b\n${'**/a/'.repeat(30)}b`)
        .join('\n'),
    );
    const path = [...Array<string>(60).fill('a'), 'a'.repeat(250)];
    const started = performance.now();
    expect(rules.ignores(path, false)).toBeNull();
    expect(performance.now() - started).toBeLessThan(2000);
  });
});

const hasGit = spawnSync('git', ['--version']).status === 0;

describe.skipIf(!hasGit)('rules say what git says', () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'paseo-ignore-'));
    git(['init', '-q']);
  });

  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  function git(args: string[], input = ''): string {
    const env = { PATH: process.env['PATH'], HOME: folder, GIT_CONFIG_NOSYSTEM: '1' };
    return spawnSync('git', args, { cwd: folder, input, encoding: 'utf8', env }).stdout;
  }

  // Few letters, so that rules and paths meet.
  const piece = fc.constantFrom('a', 'b', 'ab', '*', '?', '[ab]', '[!a]', '[a-b]', '\\a', '.');
  // Not `a**`: git takes the stars for folders there when the rule has a plain beginning, against its own description.
  const pieces = fc.array(piece, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('').replaceAll('**', '*'));
  const segment = fc.oneof({ weight: 4, arbitrary: pieces }, { weight: 1, arbitrary: fc.constant('**') });
  const rule = fc
    .tuple(
      fc.constantFrom('', '!'),
      fc.constantFrom('', '/'),
      fc.array(segment, { minLength: 1, maxLength: 3 }),
      fc.constantFrom('', '/'),
    )
    .map(([not, start, parts, end]) => not + start + parts.join('/') + end);
  const name = fc.constantFrom('a', 'b', 'ab', 'ba', 'aab', '.a');
  const path = fc.array(name, { minLength: 1, maxLength: 4 });

  test('for any rules and paths', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(
        fc.array(rule, { minLength: 1, maxLength: 5 }),
        fc.array(path, { minLength: 20, maxLength: 40 }),
        (lines, paths) => {
          writeFileSync(join(folder, '.gitignore'), lines.join('\n'));
          const rules = new IgnoreRules(lines.join('\n'));
          const said = git(['check-ignore', '-z', '--stdin'], paths.map((one) => `${one.join('/')}\0`).join('')).split(
            '\0',
          );
          const ignored = paths.filter((one) => isIgnored(rules, one)).map((one) => one.join('/'));
          expect([...new Set(ignored)].sort()).toEqual([...new Set(said.filter((one) => one !== ''))].sort());
        },
      ),
      { numRuns: 60 },
    );
  });
});

/** As the listing does it: a folder that is ignored takes with it all that is in it. */
function isIgnored(rules: IgnoreRules, path: readonly string[]): boolean {
  return path.some((_, i) => rules.ignores(path.slice(0, i + 1), i < path.length - 1) === true);
}
