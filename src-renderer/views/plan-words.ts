import type { ItemOf } from './conversation-items.ts';

type Steps = ItemOf<'plan'>['steps'];

/** More steps than this fold to those around the current one. */
const SHORT_PLAN = 8;
const SHOWN_OF_LONG = 6;

/** "2 of 5 done". */
export function planWords(steps: Steps): string {
  return `${steps.filter(isDone).length} of ${steps.length} done`;
}

/** Which steps to show: all, or of a long plan the last one that is done and what follows it. */
export function shownSteps(steps: Steps, all: boolean): { first: number; count: number } {
  if (all || steps.length <= SHORT_PLAN) return { first: 0, count: steps.length };
  const next = steps.findIndex((step) => !isDone(step));
  const current = next < 0 ? steps.length : next;
  return { first: Math.max(0, Math.min(current - 1, steps.length - SHOWN_OF_LONG)), count: SHOWN_OF_LONG };
}

function isDone(step: Steps[number]): boolean {
  return step.status === 'completed';
}
