import { describe, expect, it } from 'vitest';
import { diffCounts, diffLines } from './diff-lines.ts';
import type { DiffLine } from './diff-lines.ts';

const text = (lines: DiffLine[]) =>
  lines.map((line) =>
    line.kind === 'gap' ? `@${line.count}` : `${{ same: ' ', added: '+', removed: '-' }[line.kind]}${line.text}`,
  );

describe('diffLines', () => {
  it('shows a new file as added', () => {
    expect(text(diffLines(null, 'a\nb\n'))).toEqual(['+a', '+b']);
  });

  it('shows what changed with three lines around it', () => {
    const before = Array.from({ length: 20 }, (_, at) => `line ${at}`);
    const after = before.with(10, 'changed');
    expect(text(diffLines(before.join('\n'), after.join('\n')))).toEqual([
      '@7',
      ' line 7',
      ' line 8',
      ' line 9',
      '-line 10',
      '+changed',
      ' line 11',
      ' line 12',
      ' line 13',
      '@6',
    ]);
  });

  it('keeps lines that only moved apart', () => {
    expect(text(diffLines('a\nb\nc', 'a\nx\nb\ny\nc'))).toEqual([' a', '+x', ' b', '+y', ' c']);
  });

  it('gives back both texts whatever they are', () => {
    const words = ['a', 'b', 'c', ''];
    for (let seed = 0; seed < 200; seed++) {
      const pick = (at: number, salt: number) => words[(seed * 7 + at * salt + ((seed * at) >> 2)) % words.length]!;
      const before = Array.from({ length: seed % 7 }, (_, at) => `${pick(at, 3)}.`);
      const after = Array.from({ length: (seed * 3) % 8 }, (_, at) => `${pick(at, 5)}.`);
      const lines = diffLines(before.join('\n'), after.join('\n'));
      const kept = (without: 'added' | 'removed') =>
        lines.flatMap((line) => (line.kind === 'gap' || line.kind === without ? [] : [line.text]));
      const hidden = lines.some((line) => line.kind === 'gap');
      if (hidden) continue;
      expect(kept('added')).toEqual(before);
      expect(kept('removed')).toEqual(after);
    }
  });

  it('stays quick on two large files without a common line', () => {
    const big = (word: string) => Array.from({ length: 20_000 }, (_, at) => `${word} ${at}`).join('\n');
    const started = performance.now();
    expect(diffCounts(diffLines(big('a'), big('b')))).toEqual({ added: 20_000, removed: 20_000 });
    expect(performance.now() - started).toBeLessThan(2000);
  });
});
