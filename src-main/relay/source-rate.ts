import type { Clock } from '../../src-shared/clock.ts';
import { RELAY_SOURCE_BURST, RELAY_SOURCE_PER_SECOND, RELAY_SOURCES } from '../../src-shared/limits.ts';
import { isLoopbackSource } from './source-address.ts';

interface Bucket {
  tokens: number;
  filledAt: number;
}

/** A token bucket per source address for new sockets. */
export class SourceRate {
  readonly #clock: Clock;
  readonly #buckets = new Map<string, Bucket>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** False when this source opens sockets too fast. */
  take(source: string): boolean {
    if (isLoopbackSource(source)) return true;
    const now = this.#clock.now();
    const bucket = this.#buckets.get(source) ?? { tokens: RELAY_SOURCE_BURST, filledAt: now };
    const refill = ((now - bucket.filledAt) / 1000) * RELAY_SOURCE_PER_SECOND;
    bucket.tokens = Math.min(RELAY_SOURCE_BURST, bucket.tokens + refill);
    bucket.filledAt = now;
    // The newest stands last, so that the first is the one that was quiet longest.
    this.#buckets.delete(source);
    this.#buckets.set(source, bucket);
    if (this.#buckets.size > RELAY_SOURCES) this.#forgetOldest();
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  }

  #forgetOldest(): void {
    for (const source of this.#buckets.keys()) {
      this.#buckets.delete(source);
      return;
    }
  }
}
