import { expect, it } from 'vitest';
import { costWords, usageShare } from './usage-words.ts';

const usage = { used: 46_000, size: 200_000, cost: null };

it('tells how full the context is, where its size is known', () => {
  expect(usageShare(usage)).toBe(23);
  expect(usageShare({ ...usage, size: 0 })).toBeNull();
});

it('tells cost in its currency, and does not fail at an unknown one', () => {
  expect(costWords(usage)).toBeNull();
  expect(costWords({ ...usage, cost: { amount: 0.424, currency: 'USD' } })).toMatch(/0[.,]42/);
  expect(costWords({ ...usage, cost: { amount: 3, currency: 'credits' } })).toBe('3.00 credits');
});
