import { describe, expect, it } from 'vitest';
import { complete, mentionsIn, tokenAt, withoutMention } from './completion-token.ts';

const at = (text: string) => tokenAt(text.replace('|', ''), text.indexOf('|'));

describe('tokenAt', () => {
  it('finds the file that is being named in front of the caret', () => {
    expect(at('look at @src/ma|in and go')).toEqual({ kind: 'file', query: 'src/ma', from: 8, to: 15 });
    expect(at('@|')).toMatchObject({ kind: 'file', query: '' });
    expect(at('(@a.ts|)')).toMatchObject({ query: 'a.ts' });
  });

  it('finds a command only at the very start', () => {
    expect(at('/rev|')).toEqual({ kind: 'command', query: 'rev', from: 0, to: 4 });
    expect(at('/|')).toMatchObject({ kind: 'command', query: '' });
    expect(at('see /rev|')).toBeNull();
    expect(at('/usr/bin|')).toBeNull();
    expect(at('/review the |')).toBeNull();
  });

  it('leaves addresses and finished names alone', () => {
    expect(at('mail me@example.org|')).toBeNull();
    expect(at('@src/main.ts |')).toBeNull();
    expect(at('plain|')).toBeNull();
  });
});

describe('complete', () => {
  it('puts the choice in the place of what was typed, and a space behind it', () => {
    const text = 'see @ma please';
    const token = tokenAt(text, 7)!;
    expect(complete(text, token, 'src/main.ts', false)).toEqual({ text: 'see @src/main.ts please', caret: 17 });
    expect(complete('@ma', tokenAt('@ma', 3)!, 'main.ts', false)).toEqual({ text: '@main.ts ', caret: 9 });
    expect(complete('/re', tokenAt('/re', 3)!, 'review', false)).toEqual({ text: '/review ', caret: 8 });
  });

  it('lets the person go on inside a folder', () => {
    expect(complete('@sr', tokenAt('@sr', 3)!, 'src/', true)).toEqual({ text: '@src/', caret: 5 });
  });
});

describe('mentionsIn', () => {
  it('knows the chosen files that the text still names, in its order', () => {
    const chosen = ['a.ts', 'src/main.ts', 'gone.ts'];
    expect(mentionsIn('@src/main.ts, then @a.ts. @a.ts', chosen)).toEqual(['src/main.ts', 'a.ts']);
  });

  it('takes the longer of two names that could be meant', () => {
    expect(mentionsIn('@src/main.ts', ['src/', 'src/main.ts'])).toEqual(['src/main.ts']);
    expect(mentionsIn('all of @src/ but', ['src/', 'src/main.ts'])).toEqual(['src/']);
    expect(mentionsIn('@a.tsx', ['a.ts'])).toEqual([]);
  });

  it('keeps a name with spaces together', () => {
    expect(mentionsIn('@my notes.md please', ['my notes.md'])).toEqual(['my notes.md']);
  });
});

describe('withoutMention', () => {
  it('takes the mark away and leaves the words', () => {
    expect(withoutMention('see @a.ts and @a.ts', 'a.ts', ['a.ts'])).toBe('see a.ts and a.ts');
  });

  it('leaves a longer name alone', () => {
    expect(withoutMention('@src/ @src/b', 'src/', ['src/', 'src/b'])).toBe('src/ @src/b');
  });
});
