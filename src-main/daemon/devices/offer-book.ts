import { toBase64url, toHex, wipe } from '../../../src-shared/bytes.ts';
import type { Clock } from '../../../src-shared/clock.ts';
import { systemClock } from '../../../src-shared/clock.ts';
import type { CryptoProvider } from '../../../src-shared/crypto/crypto-provider.ts';
import { offerId, offerJoinToken, offerPsk } from '../../../src-shared/crypto/derive.ts';
import { MAX_DEVICES, MAX_OPEN_OFFERS, OFFER_CHECK_MS, OFFER_LIFETIME_MAX_MS, OFFER_LIFETIME_MS } from '../limits.ts';
import { tokenHash } from '../../../src-shared/relay/session-id.ts';
import type { Watchable } from '../../../src-shared/watchable.ts';
import { Watched } from '../../../src-shared/watchable.ts';

export interface OfferBookOptions {
  readonly provider: CryptoProvider;
  readonly clock?: Clock;
  /** Wall clock, milliseconds since 1970. */
  readonly wallNow?: () => number;
  readonly lifetimeMs?: number;
}

/** What the link of a new offer is made of. `secret` is base64url, shown once and kept nowhere. */
export interface NewOffer {
  readonly id: string;
  readonly secret: string;
  readonly expiresAt: number;
}

export interface OfferSummary {
  /** 32 hex digits. */
  readonly id: string;
  /** Wall clock, milliseconds. */
  readonly expiresAt: number;
}

/** `expired` by either clock; `cancelled` by a person, or to make room for a newer one. */
export type OfferEnd = 'expired' | 'cancelled';

/**
 * The offers of this run of the daemon, in memory only: single use, short-lived on both clocks, few. A claimed offer is not open any
 * more, but holds its place and its join token until it is let go of, since the relay closes the pipes of tokens it is not told.
 */
export class OfferBook {
  readonly #provider: CryptoProvider;
  readonly #clock: Clock;
  readonly #wallNow: () => number;
  readonly #lifetimeMs: number;
  readonly #open = new Map<string, OpenEntry>();
  /** Token hashes of claimed offers, by id. */
  readonly #claimed = new Map<string, string>();
  readonly #tokens = new Watched<readonly string[]>([]);
  readonly #onEnd = new Set<(offer: OfferSummary, end: OfferEnd) => void>();
  #cancelCheck: (() => void) | null = null;

  constructor(options: OfferBookOptions) {
    this.#provider = options.provider;
    this.#clock = options.clock ?? systemClock;
    this.#wallNow = options.wallNow ?? Date.now;
    this.#lifetimeMs = Math.min(options.lifetimeMs ?? OFFER_LIFETIME_MS, OFFER_LIFETIME_MAX_MS);
  }

  /** SHA-256 of each join token that a relay shall accept, lower-case hex. */
  get tokens(): Watchable<readonly string[]> {
    return this.#tokens;
  }

  tokenHashes(): string[] {
    return [...this.#tokens.get()];
  }

  /** Makes an offer. The oldest open one is cancelled when there are too many: the newest code on a screen always works. */
  open(): NewOffer {
    this.expire();
    if (this.#open.size >= MAX_OPEN_OFFERS) this.cancel([...this.#open.keys()][0] ?? '');
    const secret = this.#provider.random(32);
    const id = toHex(offerId(this.#provider, secret));
    const joinToken = offerJoinToken(this.#provider, secret);
    const entry = new OpenEntry({
      id,
      psk: offerPsk(this.#provider, secret),
      tokenHash: tokenHash(joinToken, (...parts) => this.#provider.sha256(...parts)),
      expiresAt: this.#wallNow() + this.#lifetimeMs,
      deadline: this.#clock.now() + this.#lifetimeMs,
    });
    const made = { id, secret: toBase64url(secret), expiresAt: entry.expiresAt };
    wipe(secret, joinToken);
    this.#open.set(id, entry);
    this.#tokensChanged();
    this.#arm();
    return made;
  }

  /** Open offers, oldest first. */
  list(): OfferSummary[] {
    return [...this.#open.values()].map(({ id, expiresAt }) => ({ id, expiresAt }));
  }

  /** The PSK (a copy, which the caller may wipe) of an open offer; undefined when unknown, claimed or expired. */
  psk(id: string): Uint8Array | undefined {
    this.expire();
    const entry = this.#open.get(id);
    return entry && new Uint8Array(entry.psk);
  }

  /** Uses the offer up. True for the first caller only, and only before it expired. */
  claim(id: string): boolean {
    this.expire();
    const entry = this.#open.get(id);
    if (!entry) return false;
    this.#open.delete(id);
    wipe(entry.psk);
    this.#claimed.set(id, entry.tokenHash);
    // More would not fit into what a relay takes; the oldest has long been able to connect as a device.
    for (const oldest of this.#claimed.keys()) if (this.#claimed.size > MAX_DEVICES) this.#claimed.delete(oldest);
    return true;
  }

  /** The connection that claimed this offer is over: its join token ends. */
  letGo(id: string): void {
    if (this.#claimed.delete(id)) this.#tokensChanged();
  }

  /** Ends an open offer; false when there is none (any more). */
  cancel(id: string): boolean {
    return this.#end(id, 'cancelled');
  }

  /** Ends what is past its time on the monotonic or the wall clock (a suspended machine stops the first, a person sets the second). */
  expire(): void {
    const [now, wall] = [this.#clock.now(), this.#wallNow()];
    for (const { id, deadline, expiresAt } of [...this.#open.values()])
      if (now >= deadline || wall >= expiresAt) this.#end(id, 'expired');
  }

  onEnd(listener: (offer: OfferSummary, end: OfferEnd) => void): () => void {
    this.#onEnd.add(listener);
    return () => this.#onEnd.delete(listener);
  }

  /** Forgets everything. */
  stop(): void {
    this.#cancelCheck?.();
    this.#cancelCheck = null;
    for (const id of [...this.#open.keys()]) this.#end(id, 'cancelled');
    this.#claimed.clear();
    this.#tokensChanged();
  }

  #end(id: string, end: OfferEnd): boolean {
    const entry = this.#open.get(id);
    if (!entry) return false;
    this.#open.delete(id);
    wipe(entry.psk);
    this.#tokensChanged();
    for (const listener of [...this.#onEnd]) listener({ id, expiresAt: entry.expiresAt }, end);
    return true;
  }

  #tokensChanged(): void {
    const tokens = [...[...this.#open.values()].map((entry) => entry.tokenHash), ...this.#claimed.values()];
    if (tokens.join() !== this.#tokens.get().join()) this.#tokens.set(tokens);
  }

  /** Looks again within `OFFER_CHECK_MS`, however the wall clock moves. */
  #arm(): void {
    if (this.#cancelCheck !== null || this.#open.size === 0) return;
    const now = this.#clock.now();
    const next = Math.min(...[...this.#open.values()].map(({ deadline }) => deadline - now), OFFER_CHECK_MS);
    this.#cancelCheck = this.#clock.after(Math.max(1, next), () => {
      this.#cancelCheck = null;
      this.expire();
      this.#arm();
    });
  }
}

class OpenEntry {
  readonly id: string;
  readonly psk: Uint8Array;
  readonly tokenHash: string;
  readonly expiresAt: number;
  readonly deadline: number;

  constructor(entry: Pick<OpenEntry, 'id' | 'psk' | 'tokenHash' | 'expiresAt' | 'deadline'>) {
    this.id = entry.id;
    this.psk = entry.psk;
    this.tokenHash = entry.tokenHash;
    this.expiresAt = entry.expiresAt;
    this.deadline = entry.deadline;
  }

  toJSON(): string {
    return '[redacted offer]';
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '[redacted offer]';
  }
}
