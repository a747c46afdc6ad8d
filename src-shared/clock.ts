/** Time as code under test needs it: tests pass a clock that they move by hand. */
export interface Clock {
  /** Monotonic milliseconds from an arbitrary start; never goes back. */
  now(): number;
  /** Calls `run` once after `ms` milliseconds. The function that comes back cancels it. */
  after(ms: number, run: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};
