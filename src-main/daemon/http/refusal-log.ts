import type { Clock } from '../../../src-shared/clock.ts';
import { REFUSALS_LOGGED_PER_MINUTE } from '../limits.ts';
import type { LogFields, Logger } from '../../platform/logger.ts';

/** Logs refused requests, so many a minute: a web page that keeps trying must not push everything else out of the log. */
export class RefusalLog {
  readonly #logger: Logger;
  readonly #clock: Clock;
  #minuteStart: number;
  #logged = 0;
  #omitted = 0;

  constructor(logger: Logger, clock: Clock) {
    this.#logger = logger;
    this.#clock = clock;
    this.#minuteStart = clock.now();
  }

  refused(fields: LogFields, message: string): void {
    if (this.#clock.now() - this.#minuteStart >= 60_000) {
      if (this.#omitted > 0) this.#logger.warn({ omitted: this.#omitted }, 'more requests were refused than logged');
      this.#minuteStart = this.#clock.now();
      this.#logged = 0;
      this.#omitted = 0;
    }
    if (this.#logged < REFUSALS_LOGGED_PER_MINUTE) {
      this.#logged++;
      this.#logger.warn(fields, message);
    } else {
      this.#omitted++;
    }
  }
}
