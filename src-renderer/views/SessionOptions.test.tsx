import { renderToStaticMarkup } from 'react-dom/server';
import { expect, it } from 'vitest';
import type { SessionOption } from '../../src-shared/wire/detail.ts';
import { SessionOptions } from './SessionOptions.tsx';

const about = { description: null, category: null };
const options: SessionOption[] = [
  { type: 'select', id: 'm', name: 'Mode', ...about, value: 'ask', choices: [] },
  { type: 'boolean', id: 'f', name: 'Fast', ...about, value: false },
];
const html = (locked: string | null) =>
  renderToStaticMarkup(<SessionOptions options={options} locked={locked} onChange={() => Promise.resolve()} />);

it('tells also those who listen why nothing can be changed', () => {
  const shown = html('This device may only look.');
  const [, id] = /<span id="([^"]+)"[^>]*>This device may only look\.<\/span>/.exec(shown) ?? [];
  expect(shown.split(` aria-describedby="${id}"`)).toHaveLength(1 + options.length);
  expect(html(null)).not.toContain('aria-describedby');
});
