import { expect, test } from 'vitest';
import { backOffMs } from './back-off.ts';
import { BACKOFF_MAX_MS, BACKOFF_MIN_MS } from './limits.ts';

const almostOne = 1 - Number.EPSILON;

test('waits between half and the whole of a step', () => {
  expect(backOffMs(1, () => 0)).toBe(BACKOFF_MIN_MS / 2);
  expect(backOffMs(1, () => 0.5)).toBe(BACKOFF_MIN_MS * 0.75);
  expect(backOffMs(1, () => almostOne)).toBe(BACKOFF_MIN_MS);
});

test('doubles the step with every failure, up to the ceiling and never beyond', () => {
  const waits = Array.from({ length: 8 }, (_, i) => backOffMs(i + 1, () => 0));
  expect(waits).toEqual([250, 500, 1000, 2000, 4000, 8000, 15_000, 15_000]);
  for (const attempt of [20, 1000, Number.MAX_SAFE_INTEGER]) {
    expect(backOffMs(attempt, () => almostOne)).toBe(BACKOFF_MAX_MS);
  }
});

test('gives whole milliseconds', () => {
  expect(backOffMs(1, () => 0.123_456)).toBe(281);
});
