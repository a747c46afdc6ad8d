import { useEffect, useState } from 'react';
import type { DesktopApi } from '../../src-shared/ipc/contract.ts';
import type { PairingOutcome } from '../../src-shared/wire/status.ts';
import { Banner } from '../views/Banner.tsx';
import { Blank, Skeleton } from '../views/Blank.tsx';
import { ConfirmDevice } from './ConfirmDevice.tsx';
import { OfferCard } from './OfferCard.tsx';
import { Paired } from './Paired.tsx';
import { useIpc } from './use-ipc.ts';
import { useOffer } from './use-offer.ts';
import './pairing-window.css';

/** One code, one countdown, one sentence; then the six digits. */
export function PairingWindow({ api }: { api: DesktopApi }) {
  const app = useIpc(api, 'appState');
  const ready = app.value?.daemon != null;
  const pairing = useIpc(api, 'pairing', ready);
  const { offer, renew } = useOffer(api, ready);
  const [note, setNote] = useState<string | null>(null);

  const offerId = offer.state === 'open' ? offer.offer.offerId : null;
  // A device may also come by an offer that was made elsewhere, on the command line for example.
  const waiting = pairing.value?.pending ?? [];
  const pending = waiting.find((entry) => entry.offerId === offerId) ?? waiting[0] ?? null;
  const outcome = pairing.value?.outcomes.find((entry) => entry.offerId === offerId) ?? null;

  // An offer that was turned down is burnt; the person most likely wants to try again, so there is a new one at once.
  const burnt = outcome === null ? null : burntWords(outcome);
  useEffect(() => {
    if (burnt === null) return;
    setNote(burnt);
    renew();
  }, [burnt, renew]);

  if (app.value?.error)
    return (
      <Blank error title="Paseo could not start">
        {app.value.error.message}
      </Blank>
    );
  if (offer.state === 'failed')
    return (
      <Blank
        error
        title="No pairing code could be made"
        actions={
          <button type="button" className="button" onClick={renew}>
            Try again
          </button>
        }
      >
        {offer.message}
      </Blank>
    );
  if (offer.state === 'loading') return <Skeleton rows={6} label="Making a pairing code" />;
  if (outcome?.result === 'paired')
    return <Paired deviceName={outcome.deviceName ?? 'Your phone'} onAnother={renew} onDone={() => window.close()} />;
  if (pending) return <ConfirmDevice key={pending.digits} api={api} pending={pending} />;
  return (
    <main className="pairing">
      {note !== null && <Banner tone="info">{note}</Banner>}
      <OfferCard
        key={offer.offer.offerId}
        api={api}
        offer={offer.offer}
        over={outcome !== null}
        onRenew={() => {
          setNote(null);
          renew();
        }}
      />
    </main>
  );
}

/** What to say above the next code; null when no new one is made by itself. */
function burntWords(outcome: PairingOutcome): string | null {
  const device = outcome.deviceName === null ? 'The device' : `“${outcome.deviceName}”`;
  switch (outcome.result) {
    case 'denied':
      return `${device} was denied. This is a new code.`;
    case 'timeout':
      return `${device} was not confirmed in time. This is a new code.`;
    case 'disconnected':
      return `${device} went away before it was confirmed. This is a new code.`;
    case 'too-many-devices':
      return `${device} was not paired: too many devices are. Revoke one in settings, then use this new code.`;
    case 'not-saved':
      return `${device} was not paired: the pairing could not be saved. Free some disk space, then use this new code.`;
    case 'paired':
    case 'expired':
    case 'cancelled':
      return null;
  }
}
