import { expect, it } from 'vitest';
import { agoWords, countdown, secondsUntil } from './time-words.ts';

it('tells ages in words', () => {
  const now = Date.parse('2026-01-01T12:00:00Z');
  expect(agoWords('2026-01-01T11:59:30Z', now)).toBe('just now');
  expect(agoWords('2026-01-01T12:00:30Z', now)).toBe('just now');
  expect(agoWords('2026-01-01T11:57:00Z', now)).toBe('3 min ago');
  expect(agoWords('2026-01-01T10:00:00Z', now)).toBe('2 h ago');
});

it('counts down to zero and not below', () => {
  expect([299_001, 60_000, 1, 0, -5].map(countdown)).toEqual(['5:00', '1:00', '0:01', '0:00', '0:00']);
  expect(secondsUntil(1000, 5000)).toBe(0);
});
