import { useNow } from '../views/use-now.ts';
import { SwitchField, TextField } from './Field.tsx';
import { relayWords } from './relay-words.ts';
import { problemOf } from './settings-group.ts';
import type { GroupProps } from './settings-group.ts';
import { TEXT_SETTINGS } from './settings-values.ts';

/** The way in for devices that cannot reach this computer directly. */
export function RelayGroup({ api, settings, status, save }: GroupProps) {
  const link = status?.relay.link ?? null;
  const now = useNow(1000, link?.state === 'offline');
  return (
    <>
      <SwitchField
        label="Relay"
        help="Lets your phone reach this computer from anywhere. The relay passes on encrypted data; it cannot read it."
        checked={settings.relayEnabled}
        fixed={settings.fixed['relayEnabled']}
        onChange={(checked) => problemOf(save({ relayEnabled: checked }))}
      />
      {status && link && (
        <p className="note row" role="status">
          {relayWords(status.relay, now)}
          {link.state === 'offline' && (
            <>
              {!status.relay.embedded && <span className="faint">{link.error}</span>}
              <button type="button" className="button" onClick={() => void api.invoke('retryRelay', null)}>
                Retry now
              </button>
            </>
          )}
        </p>
      )}
      <TextField
        label="Relay address"
        help="Host and port of your relay. Empty: a small relay inside this app, which only this computer can reach."
        placeholder="relay.example.com:443"
        value={settings.relayEndpoint ?? ''}
        read={TEXT_SETTINGS.relayEndpoint}
        save={save}
        fixed={settings.fixed['relayEndpoint']}
      />
      <SwitchField
        label="Use TLS"
        help="On for a relay with a certificate. What agents say is encrypted either way; TLS also hides who talks to the relay."
        checked={settings.relayUseTls}
        fixed={settings.fixed['relayUseTls']}
        disabled={settings.relayEndpoint === null}
        onChange={(checked) => problemOf(save({ relayUseTls: checked }))}
      />
    </>
  );
}
