import { Check } from 'lucide-react';
import { useState } from 'react';
import type { DaemonClient } from '../../src-shared/client/daemon-client.ts';
import type { KnownDaemon } from '../../src-shared/client/known-daemon.ts';
import type { SessionRole } from '../../src-shared/devices.ts';
import { ConfirmDialog } from '../views/ConfirmDialog.tsx';
import { connectionState, connectionWords } from '../views/connection-words.ts';
import { failureWords } from '../views/failure-words.ts';
import { agoWords } from '../views/time-words.ts';
import { useNow } from '../views/use-now.ts';
import { useWatchable } from '../views/use-watchable.ts';
import { LinkForm } from './LinkForm.tsx';

interface DaemonPageProps {
  client: DaemonClient;
  record: KnownDaemon;
  name: string;
  role: SessionRole;
  daemons: readonly KnownDaemon[];
  onChoose: (id: string) => void;
  onLink: (link: string) => void;
  /** Removes the keys from this browser. */
  onForget: () => Promise<void>;
}

/** How this device is connected, to which computer, and the ways to another one or away. */
export function DaemonPage({ client, record, name, role, daemons, onChoose, onLink, onForget }: DaemonPageProps) {
  const state = useWatchable(client.state);
  const devices = useWatchable(client.devices);
  const now = useNow(1000);
  const [error, setError] = useState<string | null>(null);
  const words = connectionState(state);
  const self = devices?.find((device) => device.id === record.deviceId);

  const forget = async () => {
    setError(null);
    // Offline the computer cannot be told; its list of devices still names this one until it is revoked there.
    if (state.state === 'connected')
      await client.command('device.revoke', { deviceId: record.deviceId }).catch(endedByIt);
    await onForget();
  };

  return (
    <main className="page-main page-padded">
      <section className="stack" aria-label="Connection">
        <h2>{name}</h2>
        <dl className="facts">
          <dt>State</dt>
          <dd>
            {words.word}
            {words.path !== null && `, ${words.path}`}
            {state.state === 'connected' && (
              <span className="faint"> since {agoWords(new Date(state.since).toISOString(), now)}</span>
            )}
          </dd>
          <dt>This device</dt>
          <dd>
            {self?.name ?? 'This device'}
            <span className="faint"> {ROLES[role]}</span>
          </dd>
          <dt>Key</dt>
          <dd>
            <code>{record.id}</code>
          </dd>
        </dl>
        {state.state !== 'connected' && (
          <p className="note">
            {connectionWords(state, name, now)}{' '}
            {state.state === 'offline' && (
              <button type="button" className="button" onClick={() => client.retryNow()}>
                Retry now
              </button>
            )}
          </p>
        )}
      </section>
      {daemons.length > 1 && (
        <section className="stack" aria-label="Computers">
          <h2>Computers</h2>
          <ul className="computers">
            {daemons.map((daemon) => (
              <li key={daemon.id}>
                <button
                  type="button"
                  className="computer"
                  aria-current={daemon.id === record.id ? 'true' : undefined}
                  onClick={() => onChoose(daemon.id)}
                >
                  <span className="grow one-line">{daemon.id === record.id ? name : daemon.name}</span>
                  {daemon.id === record.id && <Check className="icon" aria-hidden="true" />}
                </button>
              </li>
            ))}
          </ul>
        </section>
      )}
      <section className="stack" aria-label="Another computer">
        <h2>Pair with another computer</h2>
        <p className="note">Scan its code with this device’s camera, or paste its link:</p>
        <LinkForm onLink={onLink} />
      </section>
      <section className="stack" aria-label="Forget">
        <ConfirmDialog
          trigger={
            <button type="button" className="button button-danger">
              Forget this computer
            </button>
          }
          title={`Forget “${name}”?`}
          confirm="Forget"
          onConfirm={() => void forget().catch((failure: unknown) => setError(failureWords(failure)))}
        >
          {state.state === 'connected'
            ? 'This device is unpaired and its keys are removed. To come back, pair again.'
            : 'The keys are removed from this device. The computer cannot be told now: revoke this device there too.'}
        </ConfirmDialog>
        {error !== null && (
          <p className="error-text" role="alert">
            {error}
          </p>
        )}
      </section>
    </main>
  );
}

const ROLES: Readonly<Record<SessionRole, string>> = {
  owner: 'may do everything',
  full: 'may start and steer agents',
  approve: 'may look and answer requests',
  view: 'may only look',
};

/** Revoking itself ends the connection, mostly before the answer is here. */
function endedByIt(): void {}
