import { appendFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';

/**
 * Loaded into a daemon with `--import loop-monitor.js?FILE`: once a second one line of JSON about its event loop, how late timers were in
 * milliseconds, is appended to FILE.
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
