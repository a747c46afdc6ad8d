import type { Clock } from '../../../src-shared/clock.ts';
import { CROWD_CPU_SHARE, HANDSHAKE_CPU_BURST_MS, HANDSHAKE_CPU_SHARE } from '../limits.ts';
import type { Rank } from './source-rates.ts';

/** What one handshake is taken to cost, in milliseconds of CPU: at first, and the least and the most that measuring may say. */
const FIRST_COST_MS = 1;
const LEAST_COST_MS = 0.3;
const GREATEST_COST_MS = 4;

interface Waiter {
  go(): void;
}

/**
 * Hands out turns to compute a handshake, so that all of them together take a bounded share of the processor. Nobody is refused: a
 * flood waits behind those who are not part of it (see {@link Rank}), and the sources within a rank take turns. Without a flood nobody waits.
 */
export class HandshakeTurns {
  readonly #clock: Clock;
  readonly #all: Budget;
  readonly #crowd: Budget;
  readonly #lanes: Record<Rank, Lane> = { known: new Lane(), new: new Lane(), crowd: new Lane() };
  #costMs = FIRST_COST_MS;
  #cancelTimer: (() => void) | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#all = new Budget(HANDSHAKE_CPU_SHARE, clock);
    this.#crowd = new Budget(CROWD_CPU_SHARE, clock);
  }

  /** Resolves when it is this handshake's turn. Rejects with the signal's reason. */
  async turn(source: string, rank: Rank, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      const lane = this.#lanes[rank];
      const onAbort = (): void => {
        lane.leave(source, waiter);
        reject(signal.reason);
      };
      const waiter = {
        go: () => {
          signal.removeEventListener('abort', onAbort);
          resolve();
        },
      };
      signal.addEventListener('abort', onAbort);
      lane.join(source, waiter);
      this.#serve();
    });
  }

  /** What a handshake that had its turn did cost, in milliseconds; later turns are paced by it. */
  measured(milliseconds: number): void {
    const average = this.#costMs * 0.95 + milliseconds * 0.05;
    this.#costMs = Math.min(GREATEST_COST_MS, Math.max(LEAST_COST_MS, average));
  }

  stop(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
  }

  #serve(): void {
    const { known, new: strangers, crowd } = this.#lanes;
    while (!(known.empty && strangers.empty) && this.#all.has(this.#costMs)) {
      this.#all.spend(this.#costMs);
      (known.empty ? strangers : known).next()?.go();
    }
    while (!crowd.empty && this.#all.has(this.#costMs) && this.#crowd.has(this.#costMs)) {
      this.#all.spend(this.#costMs);
      this.#crowd.spend(this.#costMs);
      crowd.next()?.go();
    }
    if (known.empty && strangers.empty && crowd.empty) return;
    const wait = crowd.empty
      ? this.#all.wait(this.#costMs)
      : Math.max(this.#all.wait(this.#costMs), known.empty && strangers.empty ? this.#crowd.wait(this.#costMs) : 0);
    this.#cancelTimer ??= this.#clock.after(Math.max(1, wait), () => {
      this.#cancelTimer = null;
      this.#serve();
    });
  }
}

/** CPU time that accrues at `share` milliseconds a millisecond, up to a burst. */
class Budget {
  readonly #share: number;
  readonly #clock: Clock;
  #left = HANDSHAKE_CPU_BURST_MS;
  #at: number;

  constructor(share: number, clock: Clock) {
    this.#share = share;
    this.#clock = clock;
    this.#at = clock.now();
  }

  has(cost: number): boolean {
    return this.wait(cost) <= 0;
  }

  spend(cost: number): void {
    this.#left -= cost;
  }

  /** Milliseconds until there is `cost` to spend. */
  wait(cost: number): number {
    const now = this.#clock.now();
    this.#left = Math.min(HANDSHAKE_CPU_BURST_MS, this.#left + (now - this.#at) * this.#share);
    this.#at = now;
    return (cost - this.#left) / this.#share;
  }
}

/** Waiters of one rank, first come first served within a source; the sources take turns. */
class Lane {
  readonly #bySource = new Map<string, Set<Waiter>>();

  get empty(): boolean {
    return this.#bySource.size === 0;
  }

  join(source: string, waiter: Waiter): void {
    const waiting = this.#bySource.get(source) ?? new Set();
    waiting.add(waiter);
    this.#bySource.set(source, waiting);
  }

  leave(source: string, waiter: Waiter): void {
    const waiting = this.#bySource.get(source);
    if (waiting?.delete(waiter) && waiting.size === 0) this.#bySource.delete(source);
  }

  next(): Waiter | undefined {
    for (const [source, waiting] of this.#bySource) {
      for (const waiter of waiting) {
        waiting.delete(waiter);
        // To the end of the line of sources.
        this.#bySource.delete(source);
        if (waiting.size > 0) this.#bySource.set(source, waiting);
        return waiter;
      }
    }
    return undefined;
  }
}
