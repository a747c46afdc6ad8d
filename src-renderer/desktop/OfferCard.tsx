import { Copy, RefreshCw } from 'lucide-react';
import { useState } from 'react';
import type { DesktopApi } from '../../src-shared/ipc/contract.ts';
import type { OpenOffer } from '../../src-shared/wire/status.ts';
import { Blank } from '../views/Blank.tsx';
import { countdown } from '../views/time-words.ts';
import { useNow } from '../views/use-now.ts';
import { ipcFailure } from './ipc-failure.ts';
import { QrCode } from './QrCode.tsx';
import { WaysOut } from './WaysOut.tsx';

interface OfferCardProps {
  api: DesktopApi;
  offer: OpenOffer;
  /** It was used up, cancelled or has expired. */
  over: boolean;
  onRenew: () => void;
}

/** An open offer: the code, or the ways to make one that a phone can use. */
export function OfferCard({ api, offer, over, onRenew }: OfferCardProps) {
  const now = useNow(1000);
  const [anyway, setAnyway] = useState(false);
  const [copied, setCopied] = useState(' ');
  const left = Date.parse(offer.expiresAt) - now;

  if (over || left <= 0)
    return (
      <Blank
        title="This code has expired"
        actions={
          <button type="button" className="button button-primary" onClick={onRenew}>
            New code
          </button>
        }
      >
        A code works for a few minutes and for one device.
      </Blank>
    );
  if (offer.reach === 'this-machine' && !anyway)
    return <WaysOut api={api} offer={offer} onChanged={onRenew} onAnyway={() => setAnyway(true)} />;
  return (
    <div className="offer">
      <h1>Scan with your phone’s camera</h1>
      <QrCode text={offer.url} label="QR code of the pairing link" />
      <p className="note">
        {offer.reach === 'network' ? 'Your phone must be on the same network. ' : ''}
        {offer.reach === 'this-machine' ? 'Only this computer can open it. ' : ''}
        <span className="offer-countdown">Expires in {countdown(left)}</span>
      </p>
      <div className="row offer-actions">
        <button type="button" className="button" onClick={onRenew}>
          <RefreshCw className="icon" aria-hidden="true" />
          New code
        </button>
        <button
          type="button"
          className="button"
          onClick={() => {
            api.invoke('copyOffer', { offerId: offer.offerId }).then(
              () => setCopied('Copied. It leaves the clipboard after a minute.'),
              (failure: unknown) => setCopied(ipcFailure(failure)),
            );
          }}
        >
          <Copy className="icon" aria-hidden="true" />
          Copy link
        </button>
      </div>
      <p className="faint" role="status">
        {copied}
      </p>
    </div>
  );
}
