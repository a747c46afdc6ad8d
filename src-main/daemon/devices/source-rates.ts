import type { HandshakeMode } from '../../../src-shared/channel/prologue.ts';
import type { Clock } from '../../../src-shared/clock.ts';
import {
  KNOWN_SOURCE_BURST,
  KNOWN_SOURCE_PER_SECOND,
  MAX_SOURCES,
  SOURCE_BURST,
  SOURCE_PER_SECOND,
} from '../limits.ts';

interface Bucket {
  tokens: number;
  filledAt: number;
}

/** `known`: a device has come this way. `new`: a stranger that is not in a hurry. `crowd`: whoever is above its rate. */
export type Rank = 'known' | 'new' | 'crowd';

/** A token bucket for each source of handshakes, and the sources that a device has proven itself from. */
export class SourceRates {
  readonly #clock: Clock;
  readonly #buckets = new Map<string, Bucket>();
  readonly #known = new Set<string>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Counts one handshake; the two modes count apart, so that a flood with a stolen offer does not rank devices lower. `vouched`: known
   * for another reason, such as a device's own join token.
   */
  rank(source: string, mode: HandshakeMode, vouched: boolean): Rank {
    const known = vouched || this.#known.has(source);
    const burst = known ? KNOWN_SOURCE_BURST : SOURCE_BURST;
    const perSecond = known ? KNOWN_SOURCE_PER_SECOND : SOURCE_PER_SECOND;
    const now = this.#clock.now();
    const key = `${mode} ${source}`;
    const bucket = this.#buckets.get(key) ?? { tokens: burst, filledAt: now };
    bucket.tokens = Math.min(burst, bucket.tokens + ((now - bucket.filledAt) / 1000) * perSecond);
    bucket.filledAt = now;
    // The newest stands last, so that the first is the one that was quiet longest.
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    forgetOldest(this.#buckets);
    if (bucket.tokens < 1) return 'crowd';
    bucket.tokens -= 1;
    return known ? 'known' : 'new';
  }

  /** A device has finished a handshake from here. */
  remember(source: string): void {
    this.#known.delete(source);
    this.#known.add(source);
    forgetOldest(this.#known);
  }
}

function forgetOldest(entries: {
  readonly size: number;
  keys(): Iterable<string>;
  delete(key: string): boolean;
}): void {
  for (const oldest of entries.keys()) {
    if (entries.size <= MAX_SOURCES) return;
    entries.delete(oldest);
  }
}
