import { Circle, CircleCheck, CircleDashed, CircleX } from 'lucide-react';
import type { DesktopApi } from '../../src-shared/ipc/contract.ts';
import type { DaemonStatus, RelayLinkState } from '../../src-shared/wire/status.ts';
import { useNow } from '../views/use-now.ts';
import { relayWords } from './relay-words.ts';

const ICONS: Readonly<Record<RelayLinkState['state'], typeof Circle>> = {
  off: Circle,
  connecting: CircleDashed,
  online: CircleCheck,
  offline: CircleX,
};
const TONES: Readonly<Record<RelayLinkState['state'], string>> = {
  off: 'tone-grey',
  connecting: 'tone-grey',
  online: 'tone-green',
  offline: 'tone-red',
};

/** How this computer can be reached, under the list. */
export function StatusLine({ api, daemon }: { api: DesktopApi; daemon: DaemonStatus | null }) {
  const now = useNow(1000, daemon?.relay.link.state === 'offline');
  if (!daemon)
    return (
      <footer className="status-line" role="status">
        <CircleDashed className="icon tone-grey" aria-hidden="true" />
        Starting
      </footer>
    );
  const { link } = daemon.relay;
  const Icon = ICONS[link.state];
  return (
    <footer className="status-line">
      <Icon className={`icon ${TONES[link.state]}`} aria-hidden="true" />
      <span className="grow">{relayWords(daemon.relay, now)}</span>
      {link.state === 'offline' && (
        <button type="button" className="button" onClick={() => void api.invoke('retryRelay', null)}>
          Retry now
        </button>
      )}
    </footer>
  );
}
