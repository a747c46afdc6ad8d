import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { Markdown } from './Markdown.tsx';

const html = (text: string) => renderToStaticMarkup(<Markdown text={text} />);

describe('Markdown of agents', () => {
  it.each([
    '[x](javascript:alert(1))',
    '[x](JaVaScRiPt:alert(1))',
    '[x](data:text/html,<script>alert(1)</script>)',
    '[x](file:///etc/passwd)',
    '[x](http://example.com)',
    '[x](paseo://pair)',
    '<javascript:alert(1)>',
    '[x](//example.com)',
    '[x](/settings)',
  ])('makes no link of %s', (text) => {
    expect(html(text)).not.toContain('href');
  });

  it('keeps https and mail links, without telling the target where they came from', () => {
    expect(html('[x](https://example.com/a)')).toContain(
      '<a href="https://example.com/a" target="_blank" rel="noopener noreferrer"',
    );
    expect(html('[x](mailto:a@example.com)')).toContain('href="mailto:a@example.com"');
  });

  it('loads no pictures and shows HTML as text', () => {
    const shown = html('![cat](https://example.com/cat.png)\n\n<script>alert(1)</script> <b onclick="x()">b</b>');
    expect(shown).not.toMatch(/<img|<script|<b /);
    expect(shown).toContain('picture: cat');
  });
});
