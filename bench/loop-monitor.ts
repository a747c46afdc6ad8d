import { appendFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';

/**
 * Loaded into a daemon with `--import loop-monitor.js?FILE`: once a second one line of JSON about its event loop, how late timers were in
 * milliseconds, is appended to FILE. At SIGUSR2 one about its memory is, in megabytes, when everything that is not in use was thrown
 * away; Node needs `--expose-gc` for that.
 */
const file = decodeURIComponent(new URL(import.meta.url).search.slice(1));
const RESOLUTION_MS = 5;
const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
delay.enable();
const late = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS);
setInterval(() => {
  appendFileSync(file, `${JSON.stringify({ p99: late(delay.percentile(99)), max: late(delay.max) })}\n`);
  delay.reset();
}, 1000).unref();
process.on('SIGUSR2', () => {
  // What the first pass finalizes is gone after the second.
  for (let pass = 0; pass < 2; pass++) globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  appendFileSync(file, `${JSON.stringify({ live: (heapUsed + external) / 1e6 })}\n`);
});
