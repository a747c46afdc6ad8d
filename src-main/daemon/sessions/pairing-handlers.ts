import type { Watchable } from '../../../src-shared/watchable.ts';
import type { ConfirmPairing, OpenOffer, PairingState } from '../../../src-shared/wire/status.ts';
import type { Handlers } from './handlers.ts';

/** Pairing as sessions use it. */
export interface PairingService {
  readonly state: Watchable<PairingState>;
  offer(options: { attended: boolean | null }): OpenOffer | Promise<OpenOffer>;
  cancel(offerId: string): void | Promise<void>;
  confirm(answer: ConfirmPairing): void | Promise<void>;
}

type PairingMethods = 'pairing.offer' | 'pairing.cancel' | 'pairing.confirm';

export function pairingHandlers(pairing: PairingService): Handlers<PairingMethods> {
  return {
    'pairing.offer': (params) => pairing.offer(params),
    'pairing.cancel': async ({ offerId }) => {
      await pairing.cancel(offerId);
      return {};
    },
    'pairing.confirm': async (answer) => {
      await pairing.confirm(answer);
      return {};
    },
  };
}
