import type { Clock } from '../clock.ts';
import { CHANNEL_MAX_AGE_MS, CHANNEL_RENEW_MS, DEAD_PEER_MS, PING_INTERVAL_MS } from '../limits.ts';

export interface KeepaliveEvents {
  /** Every {@link PING_INTERVAL_MS}. */
  ping(): void;
  /** Nothing was heard for {@link DEAD_PEER_MS}. */
  dead(): void;
  /** Once, at {@link CHANNEL_RENEW_MS}. */
  renew(): void;
  /** At {@link CHANNEL_MAX_AGE_MS}. */
  expired(): void;
}

/** The clockwork of one channel on a single timer. `dead` and `expired` stop it. */
export class Keepalive {
  readonly #clock: Clock;
  readonly #events: KeepaliveEvents;
  #started = 0;
  #heard = 0;
  #pinged = 0;
  #renewed = false;
  #cancel: (() => void) | null = null;

  constructor(clock: Clock, events: KeepaliveEvents) {
    this.#clock = clock;
    this.#events = events;
  }

  start(): void {
    this.#started = this.#heard = this.#pinged = this.#clock.now();
    this.#arm();
  }

  /** A record of the peer has verified. */
  heard(): void {
    this.#heard = this.#clock.now();
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = null;
  }

  #arm(): void {
    const due = Math.min(
      this.#pinged + PING_INTERVAL_MS,
      this.#heard + DEAD_PEER_MS,
      this.#started + (this.#renewed ? CHANNEL_MAX_AGE_MS : CHANNEL_RENEW_MS),
    );
    this.#cancel = this.#clock.after(Math.max(0, due - this.#clock.now()), () => this.#tick());
  }

  #tick(): void {
    this.#cancel = null;
    const now = this.#clock.now();
    if (now - this.#heard >= DEAD_PEER_MS) return this.#events.dead();
    if (now - this.#started >= CHANNEL_MAX_AGE_MS) return this.#events.expired();
    // Armed before the events, which may stop it.
    const pingDue = now - this.#pinged >= PING_INTERVAL_MS;
    const renewDue = !this.#renewed && now - this.#started >= CHANNEL_RENEW_MS;
    if (pingDue) this.#pinged = now;
    if (renewDue) this.#renewed = true;
    this.#arm();
    if (pingDue) this.#events.ping();
    if (renewDue) this.#events.renew();
  }
}
