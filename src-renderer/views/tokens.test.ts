import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const root = new URL('..', import.meta.url);
const sheets = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.css'));
const read = (path: string) => readFileSync(new URL(path, root), 'utf8').replaceAll(/\/\*[\s\S]*?\*\//g, '');

describe('tokens', () => {
  it('are the only place of literal colours and sizes', () => {
    const literal = /#[0-9a-f]{3,8}\b|\b(?:rgb|hsl|oklch)a?\(|(?<![\w-])-?\d*\.?\d+(?:px|rem|pt|ms|s)\b/i;
    const lines = sheets
      .filter((path) => path !== 'views/tokens.css')
      .flatMap((path) =>
        read(path)
          .split('\n')
          .map((line) => `${path}: ${line.trim()}`),
      );
    expect(lines.length).toBeGreaterThan(500);
    expect(lines.filter((line) => !line.includes('@media') && literal.test(line))).toEqual([]);
  });

  it('exist wherever they are used', () => {
    const known = new Set(read('views/tokens.css').match(/--[\w-]+(?=:)/g));
    const used = sheets.flatMap((path) => [...read(path).matchAll(/var\((--[\w-]+)/g)].map((match) => match[1] ?? ''));
    expect(used.length).toBeGreaterThan(100);
    expect(used.filter((token) => !known.has(token))).toEqual([]);
  });

  const [light = '', dark = ''] = read('views/tokens.css').split('prefers-color-scheme: dark');
  const colours = { light: hexColours(light), dark: new Map([...hexColours(light), ...hexColours(dark)]) };

  it.each(['light', 'dark'] as const)('text has a contrast of 4.5 on every ground: %s', (scheme) => {
    const low: string[] = [];
    const check = (text: string, grounds: string[], least: number) => {
      for (const ground of grounds) {
        const ratio = contrast(colours[scheme].get(text) ?? '', colours[scheme].get(ground) ?? '');
        if (!(ratio >= least)) low.push(`${text} on ${ground}: ${ratio.toFixed(2)}`);
      }
    };
    for (const text of ['text', 'text-soft', 'text-faint', 'accent', 'amber', 'green', 'red', 'grey'])
      check(text, ['bg', 'surface', 'sunken', 'selected'], 4.5);
    check('text-soft', ['hover'], 4.5);
    check('on-accent', ['accent', 'accent-strong'], 4.5);
    check('text', ['accent-soft', 'amber-soft', 'red-soft', 'green-soft'], 4.5);
    check('red', ['red-soft'], 4.5);
    check('amber', ['amber-soft'], 4.5);
    check('line-strong', ['bg', 'surface', 'sunken'], 3);
    expect(low).toEqual([]);
  });
});

function hexColours(css: string): Map<string, string> {
  return new Map([...css.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map((match) => [match[1] ?? '', match[2] ?? '']));
}

/** WCAG 2.2 contrast ratio. */
function contrast(a: string, b: string): number {
  const [light = 0, dark = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
