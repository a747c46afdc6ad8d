import { useCallback, useEffect, useRef, useState } from 'react';
import type { DesktopApi } from '../../src-shared/ipc/contract.ts';
import type { OpenOffer } from '../../src-shared/wire/status.ts';
import { ipcFailure } from './ipc-failure.ts';

export type OfferState =
  | { readonly state: 'loading' }
  | { readonly state: 'open'; readonly offer: OpenOffer }
  | { readonly state: 'failed'; readonly message: string };

/** One open offer at a time: the old one is cancelled when a new one is made and when the window closes. */
export function useOffer(api: DesktopApi, enabled: boolean): { offer: OfferState; renew: () => void } {
  const [state, setState] = useState<OfferState>({ state: 'loading' });
  const [round, setRound] = useState(0);
  const openId = useRef<string | null>(null);

  useEffect(() => {
    if (!enabled) return;
    let over = false;
    const cancel = () => {
      const offerId = openId.current;
      openId.current = null;
      if (offerId !== null) api.invoke('cancelOffer', { offerId }).catch(() => {});
    };
    setState({ state: 'loading' });
    api.invoke('createOffer', null).then(
      (offer) => {
        if (over) {
          api.invoke('cancelOffer', { offerId: offer.offerId }).catch(() => {});
          return;
        }
        openId.current = offer.offerId;
        setState({ state: 'open', offer });
      },
      (failure: unknown) => {
        if (!over) setState({ state: 'failed', message: ipcFailure(failure) });
      },
    );
    window.addEventListener('pagehide', cancel);
    return () => {
      over = true;
      window.removeEventListener('pagehide', cancel);
      cancel();
    };
  }, [api, enabled, round]);

  return { offer: state, renew: useCallback(() => setRound((before) => before + 1), []) };
}
