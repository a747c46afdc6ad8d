import { ExternalLink, Globe, Network, Wifi } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { DesktopApi, InvokeResult } from '../../src-shared/ipc/contract.ts';
import type { OpenOffer } from '../../src-shared/wire/status.ts';
import { Banner } from '../views/Banner.tsx';
import { ipcFailure } from './ipc-failure.ts';

interface WaysOutProps {
  api: DesktopApi;
  offer: OpenOffer;
  /** The way phones reach this computer changed: a new code says the new way. */
  onChanged: () => void;
  onAnyway: () => void;
}

type LocalAddress = InvokeResult<'localAddresses'>[number];

/** A phone could not open the link: why, and what can be done about it. */
export function WaysOut({ api, offer, onChanged, onAnyway }: WaysOutProps) {
  const [addresses, setAddresses] = useState<readonly LocalAddress[] | null>(null);
  const [chosen, setChosen] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  useEffect(() => {
    api.invoke('localAddresses', null).then(setAddresses, () => setAddresses([]));
  }, [api]);

  const network = addresses?.filter((address) => address.kind === 'network') ?? [];
  const tailscale = addresses?.find((address) => address.kind === 'tailscale');
  const address = chosen ?? network[0]?.address ?? null;

  const use = (wanted: string) => {
    setBusy(true);
    setError(null);
    api
      .invoke('useOnNetwork', { address: wanted })
      .then(
        (result) => (result.ok ? onChanged() : setError(result.message)),
        (failure: unknown) => setError(ipcFailure(failure)),
      )
      .finally(() => setBusy(false));
  };

  return (
    <div className="ways">
      <h1>A phone could not open this code</h1>
      <p className="note">It points at this computer only. Choose how your phone can reach it:</p>
      {error !== null && <Banner tone="error">{error}</Banner>}
      <section className="way">
        {network.length > 1 && (
          <label className="note">
            Address{' '}
            <select className="input" value={address ?? ''} onChange={(event) => setChosen(event.target.value)}>
              {network.map((entry) => (
                <option key={entry.address} value={entry.address}>
                  {entry.address} ({entry.interface})
                </option>
              ))}
            </select>
          </label>
        )}
        <button
          type="button"
          className="button button-primary"
          disabled={busy || address === null}
          onClick={() => address !== null && use(address)}
        >
          <Wifi className="icon" aria-hidden="true" />
          Use on this network
        </button>
        <p className="faint">
          {addresses !== null && address === null
            ? 'This computer is on no network now.'
            : `Paseo also listens on ${address ?? 'the local address'}. Others on this network can reach the port; without a paired device they get no further.`}
        </p>
      </section>
      {tailscale && (
        <section className="way">
          <button type="button" className="button" disabled={busy} onClick={() => use(tailscale.address)}>
            <Network className="icon" aria-hidden="true" />
            Use on Tailscale
          </button>
          <p className="faint">Only your own Tailscale devices can reach it, from anywhere.</p>
        </section>
      )}
      <section className="way">
        <button
          type="button"
          className="button"
          onClick={() => void api.invoke('openWindow', { window: 'settings', agentId: null })}
        >
          <Globe className="icon" aria-hidden="true" />
          Set a web address
        </button>
        <p className="faint">If a copy of the Paseo page is hosted somewhere, enter its address in settings.</p>
      </section>
      <section className="way">
        <button
          type="button"
          className="button"
          onClick={() => {
            setError(null);
            api
              .invoke('openOffer', { offerId: offer.offerId })
              .catch((failure: unknown) => setError(ipcFailure(failure)));
          }}
        >
          <ExternalLink className="icon" aria-hidden="true" />
          Open on this computer
        </button>
        <p className="faint">Try it in this computer’s own browser.</p>
      </section>
      <button type="button" className="button button-quiet" onClick={onAnyway}>
        Show anyway
      </button>
    </div>
  );
}
