import { BACKOFF_MAX_MS, BACKOFF_MIN_MS } from '../../../src-shared/limits.ts';

/**
 * Milliseconds to wait before attempt `failures + 1`: doubles from 0.5 s to 30 s, and each wait is drawn between half and the whole
 * of the step, so that daemons do not come back in step after a relay restarts. `random` gives [0, 1).
 */
export function backOffMs(failures: number, random: () => number): number {
  const step = Math.min(BACKOFF_MAX_MS, BACKOFF_MIN_MS * 2 ** Math.min(failures, 16));
  return step / 2 + (random() * step) / 2;
}
