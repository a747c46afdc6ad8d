import { renderToStaticMarkup } from 'react-dom/server';
import ReactMarkdown from 'react-markdown';
import { describe, expect, it } from 'vitest';
import { markdownBlocks } from './markdown-blocks.ts';

const drawn = (parts: string[]) =>
  renderToStaticMarkup(parts.map((part, at) => <ReactMarkdown key={at}>{part}</ReactMarkdown>)).replaceAll(
    />\s+</g,
    '><',
  );

/** Beginnings of a text: around every line break, where something can change, and some in between. */
function growing(text: string): string[] {
  const lengths = Array.from({ length: text.length + 1 }, (_, at) => at);
  return lengths
    .filter((at) => at % 7 === 0 || text.slice(Math.max(0, at - 2), at + 1).includes('\n') || at === text.length)
    .map((at) => text.slice(0, at));
}

const SAMPLES = [
  'One.\n\nTwo\nstill two.\n\n# Three\n\n> quoted\n\n> again\n',
  '- a\n\n- b\n\n  more of b\n\nAfter the list.\n\n1. one\n\n2. two\n\n    code in two\n\nEnd',
  'Look:\n\n```ts\nconst a = 1;\n\nconst b = 2;\n```\n\nDone.\n\n~~~\n```\n\nx\n~~~\n\nReally.',
  '- item\n\n  ```\n  a\n\n  b\n  ```\n\nafter\n\n    indented\n\n    code\n\nend',
  'A [link][x] here.\n\nAnd text.\n\n[x]: https://example.com\n',
  'Text\n\n<!-- a\n\nb -->\n\nText',
  '```\nnever closed\n\nstill code',
  '``` not a fence ```\n\nText\n\n---\n\nTitle\n=====\n\nText  \nbroken',
  '> ```\n> quoted code\n\nText\n\n* * *\n\n*\n\nx',
];

describe('markdownBlocks', () => {
  it.each(SAMPLES)('looks the same in pieces, however much of it is there: %j', (text) => {
    for (const part of growing(text)) {
      const blocks = markdownBlocks(part);
      expect(blocks.join('')).toBe(part);
      expect(drawn(blocks), JSON.stringify(part)).toBe(drawn([part]));
    }
  });

  it('keeps the pieces before the last as they are while the text grows', () => {
    const text = Array.from({ length: 50 }, (_, at) => `Paragraph ${at}.`).join('\n\n');
    const blocks = markdownBlocks(text);
    expect(blocks).toHaveLength(50);
    expect(markdownBlocks(`${text} And more.\n\nNext`).slice(0, 49)).toEqual(blocks.slice(0, 49));
  });
});
