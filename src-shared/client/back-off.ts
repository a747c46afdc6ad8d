import { BACKOFF_MAX_MS, BACKOFF_MIN_MS } from '../limits.ts';

/** How long to wait before the next try, in milliseconds. `attempt` counts failures from 1, `random` is uniform in [0, 1). */
export function backOff(attempt: number, random: number): number {
  const step = Math.min(BACKOFF_MAX_MS, BACKOFF_MIN_MS * 2 ** Math.min(attempt - 1, 16));
  return Math.round(step / 2 + (step / 2) * random);
}
