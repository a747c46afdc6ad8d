/** Baseline and subject take turns, so that whatever else the machine does meets both; the medians are compared. */
export async function alternate(
  rounds: number,
  baseline: () => number | Promise<number>,
  subject: () => number | Promise<number>,
  warmUp = 1,
): Promise<{ value: number; baseline: number }> {
  const values: number[] = [];
  const baselines: number[] = [];
  for (let round = 0; round < warmUp; round++) {
    await baseline();
    await subject();
  }
  for (let round = 0; round < rounds; round++) {
    baselines.push(await baseline());
    values.push(await subject());
  }
  return { value: median(values), baseline: median(baselines) };
}

export function median(values: readonly number[]): number {
  return percentile(values, 50);
}

/** Nearest rank; NaN without values. */
export function percentile(values: readonly number[], percent: number): number {
  const rank = Math.max(1, Math.ceil((percent / 100) * values.length));
  return values.toSorted((a, b) => a - b)[rank - 1] ?? NaN;
}

/**
 * Seconds of processor time this process spent in `work`, its helper threads (garbage collection) included. For work that only
 * computes: other programs on the machine then count less than they do in wall time.
 */
export function cpuSeconds(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}
