import { expect, it } from 'vitest';
import { planWords, shownSteps } from './plan-words.ts';

const plan = (done: number, all: number) =>
  Array.from({ length: all }, (_, at) => ({
    text: `step ${at + 1}`,
    status: at < done ? 'completed' : 'pending',
    priority: 'medium',
  }));

it('counts what is done', () => {
  expect(planWords(plan(2, 5))).toBe('2 of 5 done');
});

it('shows a short plan whole, and a long one around its current step', () => {
  expect(shownSteps(plan(3, 8), false)).toEqual({ first: 0, count: 8 });
  expect(shownSteps(plan(0, 30), false)).toEqual({ first: 0, count: 6 });
  expect(shownSteps(plan(10, 30), false)).toEqual({ first: 9, count: 6 });
  expect(shownSteps(plan(30, 30), false)).toEqual({ first: 24, count: 6 });
  expect(shownSteps(plan(10, 30), true)).toEqual({ first: 0, count: 30 });
});
