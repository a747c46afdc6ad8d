import { CircleCheck, CircleDashed, CircleX } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { InvokeResult } from '../../src-shared/ipc/contract.ts';
import type { ListenerState } from '../../src-shared/wire/status.ts';
import { secondsUntil } from '../views/time-words.ts';
import { useNow } from '../views/use-now.ts';
import { TextField } from './Field.tsx';
import { ipcFailure } from './ipc-failure.ts';
import { isEverywhere, readListen, writeListen } from './listen-choice.ts';
import type { AlsoListen } from './listen-choice.ts';
import { problemOf } from './settings-group.ts';
import type { GroupProps } from './settings-group.ts';
import { lines, typedListen } from './settings-values.ts';

/** Where this computer listens for devices that reach it directly. */
export function NetworkGroup({ api, settings, status, save }: GroupProps) {
  const [local, setLocal] = useState<InvokeResult<'localAddresses'>>([]);
  useEffect(() => {
    api.invoke('localAddresses', null).then(setLocal, () => setLocal([]));
  }, [api]);
  const [other, setOther] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const fixed = settings.fixed['listen'];
  const choice = readListen(
    settings.listen,
    local.map((entry) => entry.address),
  );
  const also = other && choice.also.kind !== 'other' ? ({ kind: 'other', addresses: [] } as const) : choice.also;
  const extra = writeListen(choice).slice(1);

  const choose = (wanted: AlsoListen) => {
    setOther(wanted.kind === 'other');
    setError(null);
    // Another address is saved when it was typed.
    if (wanted.kind === 'other') return;
    problemOf(save({ listen: writeListen({ main: choice.main, also: wanted }) })).then(setError, (failure: unknown) =>
      setError(ipcFailure(failure)),
    );
  };

  return (
    <>
      <TextField
        label="Listen address"
        help="Where this computer listens: host:port, or a path of a Unix socket for no network at all."
        value={choice.main}
        read={(text) => typedListen(text, extra)}
        save={save}
        fixed={fixed}
      />
      {settings.listen.some(isEverywhere) && (
        <p className="note field-fixed">
          This takes connections from every network this computer joins. Each still needs a paired device’s key.
        </p>
      )}
      <fieldset className="settings-choices" disabled={fixed !== undefined}>
        <legend className="field-label">Also listen on</legend>
        <Choice checked={also.kind === 'nothing'} onChoose={() => choose({ kind: 'nothing' })}>
          Nothing
        </Choice>
        {local.map((entry) => (
          <Choice
            key={entry.address}
            checked={also.kind === 'local' && also.address === entry.address}
            onChoose={() => choose({ kind: 'local', address: entry.address })}
          >
            {entry.kind === 'tailscale' ? 'Tailscale' : 'This network'}{' '}
            <span className="faint">
              {entry.address} ({entry.interface})
            </span>
          </Choice>
        ))}
        <Choice checked={also.kind === 'other'} onChoose={() => choose({ kind: 'other', addresses: [] })}>
          Another address
        </Choice>
        {error !== null && (
          <p className="error-text" role="alert">
            {error}
          </p>
        )}
      </fieldset>
      {also.kind === 'other' && (
        <TextField
          list
          label="Other addresses"
          help="One a line. An address that is not there yet is tried again until it is."
          placeholder="192.168.1.20:6767"
          value={also.addresses.join('\n')}
          read={(text) => typedListen(choice.main, lines(text))}
          save={save}
          fixed={fixed}
        />
      )}
      {status && <Listeners listeners={status.listeners} />}
    </>
  );
}

function Choice({
  checked,
  onChoose,
  children,
}: {
  checked: boolean;
  onChoose: () => void;
  children: React.ReactNode;
}) {
  return (
    <label className="settings-choice">
      <input type="radio" name="also" checked={checked} onChange={onChoose} />
      <span>{children}</span>
    </label>
  );
}

function Listeners({ listeners }: { listeners: readonly ListenerState[] }) {
  const now = useNow(
    1000,
    listeners.some((listener) => listener.state === 'waiting'),
  );
  return (
    <ul className="settings-listeners" aria-label="Addresses now">
      {listeners.map((listener) => (
        <li key={listener.configured} className="note row">
          {listener.state === 'listening' ? (
            <CircleCheck className="icon tone-green" aria-hidden="true" />
          ) : listener.state === 'waiting' ? (
            <CircleDashed className="icon tone-grey" aria-hidden="true" />
          ) : (
            <CircleX className="icon tone-red" aria-hidden="true" />
          )}
          {listenerWords(listener, now)}
        </li>
      ))}
    </ul>
  );
}

function listenerWords(listener: ListenerState, now: number): string {
  switch (listener.state) {
    case 'listening':
      return `Listening on ${listener.address}`;
    case 'waiting':
      return `Waiting for ${listener.configured}: ${listener.error} Retrying in ${secondsUntil(Date.parse(listener.retryAt), now)} s.`;
    case 'failed':
      return `Not listening on ${listener.configured}: ${listener.error}`;
  }
}
