import { expect, test } from 'vitest';
import type { ProviderSummary } from '../../src-shared/wire/agent.ts';
import { inOrder, isShownOpen } from './provider-words.ts';

function provider(id: string, state: ProviderSummary['state']): ProviderSummary {
  return { id, label: id, state, version: null, path: null, fix: null, command: null, listsSessions: false };
}

test('what can be started comes first, then what needs the least to get there', () => {
  const all = [
    provider('a', 'disabled'),
    provider('b', 'not-installed'),
    provider('c', 'ready'),
    provider('d', 'not-logged-in'),
    provider('e', 'ready'),
  ];
  expect(inOrder(all).map(({ id }) => id)).toEqual(['c', 'e', 'd', 'b', 'a']);
});

test('shows at once what is missing while nothing can be started', () => {
  const [ready, locked, off] = [provider('a', 'ready'), provider('b', 'not-logged-in'), provider('c', 'disabled')];
  expect(isShownOpen(locked, [locked, off])).toBe(true);
  expect(isShownOpen(off, [locked, off])).toBe(false);
  expect(isShownOpen(locked, [ready, locked])).toBe(false);
});
