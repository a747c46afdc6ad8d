import { describe, expect, it } from 'vitest';
import { folderName, revealHidden, terminalText } from './visible-text.ts';

describe('revealHidden', () => {
  it('shows characters that hide or turn text', () => {
    expect(revealHidden('rm \u202etxt.exe')).toBe('rm ⟨U+202E⟩txt.exe');
    expect(revealHidden('a\u200bb\u0007c\u001b[0m')).toBe('a⟨U+200B⟩b⟨U+0007⟩c⟨U+001B⟩[0m');
    expect(revealHidden('a\rb')).toBe('a⟨U+000D⟩b');
  });

  it('leaves ordinary text alone, in any script', () => {
    const plain = 'npm test\n\tÜber 日本語 العربية 🙂';
    expect(revealHidden(plain)).toBe(plain);
  });
});

describe('terminalText', () => {
  it('takes colours, links, titles and clipboard sequences out', () => {
    expect(terminalText('\u001b[31mred\u001b[0m')).toBe('red');
    expect(terminalText('\u001b]52;c;ZXZpbA==\u0007after')).toBe('after');
    expect(terminalText('\u001b]8;;https://evil.example\u001b\\text\u001b]8;;\u001b\\')).toBe('text');
    expect(terminalText('\u001bP$qm\u001b\\x')).toBe('x');
  });

  it('shows what a line ended up as', () => {
    expect(terminalText('10 %\r50 %\r100 %\ndone\r\n')).toBe('100 %\ndone\n');
  });
});

describe('folderName', () => {
  it('is the last part of either kind of path', () => {
    expect(folderName('/home/ana/parser/')).toBe('parser');
    expect(folderName('C:\\work\\site')).toBe('site');
    expect(folderName('/')).toBe('/');
  });
});
