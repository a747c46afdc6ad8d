import { CodedError } from '../../src-shared/coded-error.ts';
import type { OpenOffer } from '../../src-shared/wire/status.ts';
import type { Daemon } from '../daemon/daemon.ts';

class UnknownOfferError extends CodedError<'not_found'> {}

/** The offers that the pairing window asked for, so that it can name one without holding its link. */
export class ShownOffers {
  readonly #links = new Map<string, string>();

  /** Opens an offer that a person at this computer must confirm. */
  create(daemon: Daemon): OpenOffer {
    const offer = daemon.createOffer(true);
    this.#links.set(offer.offerId, offer.url);
    return offer;
  }

  /** Throws {@link UnknownOfferError}. */
  link(daemon: Daemon, offerId: string): string {
    const open = daemon.pairing.get().offers.some((offer) => offer.offerId === offerId);
    const link = open ? this.#links.get(offerId) : undefined;
    if (link === undefined) throw new UnknownOfferError('not_found', 'This code has expired. Make a new one.');
    return link;
  }

  cancel(daemon: Daemon, offerId: string): void {
    if (this.#links.delete(offerId)) daemon.cancelOffer(offerId);
  }

  /** Nobody looks at them any more. */
  cancelAll(daemon: Daemon): void {
    for (const offerId of [...this.#links.keys()]) this.cancel(daemon, offerId);
  }
}
