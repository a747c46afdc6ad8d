import { useCallback, useEffect, useState } from 'react';
import { daemonFingerprint } from '../../src-shared/client/known-daemon.ts';
import type { KnownDaemon } from '../../src-shared/client/known-daemon.ts';
import { PairError } from '../../src-shared/client/pair-error.ts';
import { pairWithOffer } from '../../src-shared/client/pair.ts';
import { OfferError, parseOfferLink } from '../../src-shared/offer.ts';
import { failureWords } from '../views/failure-words.ts';
import { pairFailureWords } from './pair-words.ts';
import { dialer, provider } from './phone-client.ts';
import { randomId } from './storage/phone-storage.ts';
import type { PhoneStorage } from './storage/phone-storage.ts';
import { thisDevice } from './this-device.ts';

export type PairingProgress =
  | { readonly step: 'connecting'; readonly name: string }
  | { readonly step: 'digits'; readonly name: string; readonly digits: string; readonly fingerprint: string }
  | { readonly step: 'paired'; readonly record: KnownDaemon }
  | { readonly step: 'failed'; readonly title: string; readonly message: string; readonly again: boolean };

/** Pairs with a link, once, and again when asked to. Leaving the screen ends the attempt. */
export function usePairing(link: string, storage: PhoneStorage): { progress: PairingProgress; again: () => void } {
  const [progress, setProgress] = useState<PairingProgress>({ step: 'connecting', name: 'your computer' });
  const [round, setRound] = useState(0);

  useEffect(() => {
    const abort = new AbortController();
    const show = (next: PairingProgress) => {
      if (!abort.signal.aborted) setProgress(next);
    };
    const pair = async () => {
      const offer = parseOfferLink(link, Date.now());
      const fingerprint = daemonFingerprint(provider, offer.daemonKey);
      show({ step: 'connecting', name: offer.name });
      const record = await pairWithOffer({
        offer,
        provider,
        dial: dialer,
        hello: { ...(await thisDevice()), clientInstance: randomId() },
        store: storage.daemons,
        onDigits: (digits, name) => show({ step: 'digits', digits, name, fingerprint }),
        signal: abort.signal,
      });
      show({ step: 'paired', record });
    };
    pair().catch((failure: unknown) => {
      const code = failure instanceof PairError || failure instanceof OfferError ? failure.code : null;
      show({ step: 'failed', message: failureWords(failure), ...pairFailureWords(code) });
    });
    return () => abort.abort();
  }, [link, storage, round]);

  return { progress, again: useCallback(() => setRound((before) => before + 1), []) };
}
