import { BACKOFF_MAX_MS, BACKOFF_MIN_MS } from './limits.ts';

/** Doublings after which the step is at its ceiling for certain; more would only make the number overflow. */
const MAX_DOUBLINGS = 16;

/**
 * Milliseconds to wait after attempt number `attempt` (the first is 1) has failed. The step doubles from BACKOFF_MIN_MS to
 * BACKOFF_MAX_MS, and each wait is drawn from its upper half, so that peers do not all come back at once. `random` gives [0, 1).
 */
export function backOffMs(attempt: number, random: () => number): number {
  const step = Math.min(BACKOFF_MAX_MS, BACKOFF_MIN_MS * 2 ** Math.min(Math.max(0, attempt - 1), MAX_DOUBLINGS));
  return Math.round(step / 2 + (step / 2) * random());
}
