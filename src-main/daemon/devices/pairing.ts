import { toBase64url } from '../../../src-shared/bytes.ts';
import type { Clock } from '../../../src-shared/clock.ts';
import { systemClock } from '../../../src-shared/clock.ts';
import { CodedError } from '../../../src-shared/coded-error.ts';
import type { Role } from '../../../src-shared/devices.ts';
import { CONFIRM_TIMEOUT_MS } from '../limits.ts';
import { offerLink } from '../../../src-shared/offer.ts';
import type { Offer } from '../../../src-shared/offer.ts';
import type { Watchable } from '../../../src-shared/watchable.ts';
import { Watched } from '../../../src-shared/watchable.ts';
import type {
  ConfirmPairing,
  OfferReach,
  OpenOffer,
  PairingOutcome,
  PairingState,
  PendingPairing,
} from '../../../src-shared/wire/status.ts';
import type { OfferBook } from './offer-book.ts';

const MAX_OUTCOMES = 8;

export interface PairingOptions {
  readonly offers: OfferBook;
  /** X25519 public key of the daemon, 32 bytes. */
  readonly daemonKey: Uint8Array;
  readonly daemonName: () => string;
  /** Every pairing is confirmed by a person at this machine, whatever an offer asks for. */
  readonly alwaysAttended: boolean;
  readonly linkBase: () => { base: string; reach: OfferReach; advice: string[] };
  readonly offerRoutes: () => Pick<Offer, 'relays' | 'direct'>;
  readonly clock?: Clock;
  /** Wall clock, milliseconds since 1970. */
  readonly wallNow?: () => number;
}

/** `no_route`: nothing that a link could lead to. `not_found`: nobody waits for this confirmation (any more). */
export class PairingError extends CodedError<'no_route' | 'not_found'> {}

export type Decision = { accept: true; role: Role } | { accept: false; result: 'denied' | 'timeout' | 'cancelled' };

/** How a pairing that claimed its offer ended; `disconnected` means the phone went away before a person decided. */
export type PairingEnd = PairingOutcome['result'];

interface WaitingPairing {
  readonly shown: PendingPairing;
  decide(decision: Decision): void;
}

/** Offers and the people who answer for them. What happens on the wire is {@link PairingResponder}'s. */
export class Pairing {
  readonly #options: PairingOptions;
  readonly #clock: Clock;
  readonly #wallNow: () => number;
  readonly #attended = new Map<string, boolean>();
  readonly #waiting = new Map<string, WaitingPairing>();
  readonly #state = new Watched<PairingState>({ offers: [], pending: [], outcomes: [] });
  /** Offers, by device, of records that the client has not acknowledged. */
  readonly #unacknowledged = new Map<string, string>();
  #outcomes: readonly PairingOutcome[] = [];

  constructor(options: PairingOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#wallNow = options.wallNow ?? Date.now;
    options.offers.onEnd(({ id }, end) => {
      this.#attended.delete(id);
      this.#finish(id, end, null, null);
    });
  }

  get state(): Watchable<PairingState> {
    return this.#state;
  }

  /** Opens an offer. `attended` true: a person at the daemon must confirm it, also where that is not the rule. Throws `PairingError` `no_route`. */
  offer({ attended }: { attended: boolean | null }): OpenOffer {
    const { offers, daemonKey, daemonName, alwaysAttended, linkBase, offerRoutes } = this.#options;
    const routes = offerRoutes();
    if (routes.relays.length + routes.direct.length === 0)
      throw new PairingError(
        'no_route',
        'No device could reach this daemon. Turn the relay on (daemon.relay.enabled), or listen on an address (daemon.listen).',
      );
    const { base, reach, advice } = linkBase();
    const { id, secret, expiresAt } = offers.open();
    this.#attended.set(id, alwaysAttended || attended === true);
    const url = offerLink(base, {
      version: 1,
      daemonKey: toBase64url(daemonKey),
      secret,
      expires: Math.floor(expiresAt / 1000),
      name: daemonName(),
      ...routes,
    });
    this.#publish();
    return { offerId: id, url, expiresAt: new Date(expiresAt).toISOString(), reach, advice: [...advice] };
  }

  /** Ends an open offer, or denies the device that waits behind it. Does nothing when it is over already. */
  cancel(offerId: string): void {
    this.#waiting.get(offerId)?.decide({ accept: false, result: 'cancelled' });
    this.#options.offers.cancel(offerId);
  }

  /** The person's answer to the six digits. Throws `PairingError` `not_found` when nobody waits for it. */
  confirm({ offerId, accept, role }: ConfirmPairing): void {
    const waiting = this.#waiting.get(offerId);
    if (!waiting)
      throw new PairingError('not_found', 'This device does not wait any more. Make a new code and pair again.');
    if (this.#wallNow() >= Date.parse(waiting.shown.expiresAt)) waiting.decide({ accept: false, result: 'timeout' });
    else waiting.decide(accept ? { accept: true, role } : { accept: false, result: 'denied' });
  }

  /** PSK of an open offer, before any Diffie-Hellman. */
  psk(offerId: string): Uint8Array | undefined {
    return this.#options.offers.psk(offerId);
  }

  /** Uses an offer up, synchronously: the first caller gets whether a person must confirm, everybody else null. */
  claim(offerId: string): { readonly attended: boolean } | null {
    const attended = this.#attended.get(offerId) ?? true;
    if (!this.#options.offers.claim(offerId)) return null;
    this.#attended.delete(offerId);
    this.#publish();
    return { attended };
  }

  /** When a person must have answered by, as the other side is told. */
  confirmBy(): string {
    return new Date(this.#wallNow() + CONFIRM_TIMEOUT_MS).toISOString();
  }

  /** Shows the digits here until somebody answers, or nobody does in time. Rejects with the signal's reason. */
  decision(shown: PendingPairing, signal: AbortSignal): Promise<Decision> {
    return new Promise((resolve, reject) => {
      const settle = (then: () => void): void => {
        if (!this.#waiting.delete(shown.offerId)) return;
        cancelTimer();
        signal.removeEventListener('abort', onAbort);
        this.#publish();
        then();
      };
      const onAbort = (): void => settle(() => reject(signal.reason));
      const decide = (decision: Decision): void => settle(() => resolve(decision));
      const cancelTimer = this.#clock.after(CONFIRM_TIMEOUT_MS, () => decide({ accept: false, result: 'timeout' }));
      this.#waiting.set(shown.offerId, { shown, decide });
      signal.addEventListener('abort', onAbort);
      this.#publish();
      if (signal.aborted) onAbort();
    });
  }

  /** Tells everybody who watches how a claimed offer ended. */
  ended(offerId: string, result: PairingEnd, deviceName: string, deviceId: string | null): void {
    if (result === 'disconnected' && deviceId !== null) this.#unacknowledged.set(deviceId, offerId);
    this.#finish(offerId, result, deviceName, deviceId);
  }

  /** A device came back whose acknowledgement was lost: it is paired after all. */
  cameBack(deviceId: string, deviceName: string): void {
    const offerId = this.#unacknowledged.get(deviceId);
    if (offerId === undefined) return;
    this.#unacknowledged.delete(deviceId);
    this.#finish(offerId, 'paired', deviceName, deviceId);
  }

  /** The connection behind a claimed offer is gone. */
  letGo(offerId: string): void {
    this.#options.offers.letGo(offerId);
  }

  #finish(offerId: string, result: PairingEnd, deviceName: string | null, deviceId: string | null): void {
    const outcome = { offerId, result, deviceName, deviceId, at: new Date(this.#wallNow()).toISOString() };
    this.#outcomes = [outcome, ...this.#outcomes].slice(0, MAX_OUTCOMES);
    this.#publish();
  }

  #publish(): void {
    this.#state.set({
      offers: this.#options.offers
        .list()
        .map(({ id, expiresAt }) => ({ offerId: id, expiresAt: new Date(expiresAt).toISOString() })),
      pending: [...this.#waiting.values()].map(({ shown }) => shown),
      outcomes: [...this.#outcomes],
    });
  }
}
