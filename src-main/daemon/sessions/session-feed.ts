import type { Clock } from '../../../src-shared/clock.ts';
import {
  FEED_RETRY_MAX_MS,
  FEED_RETRY_MS,
  FEED_STEPS_BURST,
  FEED_STEPS_PER_SECOND,
  SESSION_DRAIN_POLL_MS,
  SESSION_HIGH_WATER_BYTES,
} from '../limits.ts';
import type { Logger } from '../../platform/logger.ts';

/** Something that has events for one session. It remembers what was not sent yet, as a cursor or as "changed". */
export interface FeedSource {
  /** Sends the next slice; true when there is more. */
  step(): boolean | Promise<boolean>;
}

/**
 * Feeds one session from all that it follows. Whoever has something new takes its turn for one slice, so a long history never
 * holds up the rest; while the peer reads slowly nothing is sent, and sources go on from where they are once it has caught up.
 * Where very much is new all the time, what comes shortly after each other goes along in one step.
 */
export class SessionFeed {
  readonly #buffered: () => number;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #ready = new Set<FeedSource>();
  readonly #cancels = new Set<() => void>();
  /** Sources that failed and are tried again later, and how long each last rested: a damaged history must not fill the log. */
  readonly #resting = new Set<FeedSource>();
  readonly #rests = new WeakMap<FeedSource, number>();
  #pumping = false;
  #steps = FEED_STEPS_BURST;
  #countedAt: number;
  #stopped = false;

  /** `buffered`: bytes on their way to the peer. */
  constructor(buffered: () => number, clock: Clock, logger: Logger) {
    this.#buffered = buffered;
    this.#clock = clock;
    this.#logger = logger;
    this.#countedAt = clock.now();
  }

  /** This source has something new. What else changes in this turn of the event loop goes along. */
  wake(source: FeedSource): void {
    if (this.#stopped || this.#resting.has(source)) return;
    this.#ready.add(source);
    if (this.#pumping) return;
    this.#pumping = true;
    queueMicrotask(() => void this.#pump());
  }

  remove(source: FeedSource): void {
    this.#ready.delete(source);
    this.#resting.delete(source);
  }

  stop(): void {
    this.#stopped = true;
    this.#ready.clear();
    for (const cancel of this.#cancels) cancel();
    this.#cancels.clear();
  }

  async #pump(): Promise<void> {
    for (const source of this.#ready) {
      if (this.#buffered() >= SESSION_HIGH_WATER_BYTES) {
        this.#later(SESSION_DRAIN_POLL_MS, () => void this.#pump());
        return;
      }
      if (!this.#mayStep()) {
        // Until there is a step for each: then all go on in one round, and each with all that came meanwhile.
        this.#later(
          (1000 * Math.min(this.#ready.size, FEED_STEPS_BURST)) / FEED_STEPS_PER_SECOND,
          () => void this.#pump(),
        );
        return;
      }
      this.#ready.delete(source);
      // Deleted and added again, it comes after everybody else in the set.
      if (await this.#step(source)) this.#ready.add(source);
      if (this.#stopped) return;
    }
    this.#pumping = false;
  }

  /** Counts one step; false when there were too many just now. */
  #mayStep(): boolean {
    const now = this.#clock.now();
    this.#steps = Math.min(FEED_STEPS_BURST, this.#steps + ((now - this.#countedAt) / 1000) * FEED_STEPS_PER_SECOND);
    this.#countedAt = now;
    if (this.#steps < 1) return false;
    this.#steps -= 1;
    return true;
  }

  async #step(source: FeedSource): Promise<boolean> {
    try {
      const more = await source.step();
      this.#rests.delete(source);
      return more;
    } catch (error) {
      if (this.#stopped) return false;
      this.#logger.error({ err: error }, 'events for a session could not be read; trying again');
      const rest = Math.min(FEED_RETRY_MAX_MS, 2 * (this.#rests.get(source) ?? FEED_RETRY_MS / 2));
      this.#rests.set(source, rest);
      this.#resting.add(source);
      this.#later(rest, () => {
        if (this.#resting.delete(source)) this.wake(source);
      });
      return false;
    }
  }

  #later(ms: number, run: () => void): void {
    const cancel = this.#clock.after(ms, () => {
      this.#cancels.delete(cancel);
      run();
    });
    this.#cancels.add(cancel);
  }
}
