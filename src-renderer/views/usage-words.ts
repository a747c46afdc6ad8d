import type { Usage } from '../../src-shared/wire/detail.ts';

/** Percent of the context that is used; null when its size is not known. */
export function usageShare({ used, size }: Usage): number | null {
  return size > 0 ? Math.round((used / size) * 100) : null;
}

/** "$0.42"; null when the agent tells no cost. */
export function costWords({ cost }: Usage): string | null {
  if (cost === null) return null;
  try {
    return new Intl.NumberFormat(undefined, { style: 'currency', currency: cost.currency }).format(cost.amount);
  } catch {
    // Not the code of a currency.
    return `${cost.amount.toFixed(2)} ${cost.currency}`;
  }
}
