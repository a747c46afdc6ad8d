import type { DaemonStatus, ListenerState, RelayLinkState } from '../../src-shared/wire/status.ts';
import { homeSocket } from './ready-message.ts';

/** A daemon's status for a person. */
export function statusText(status: DaemonStatus): string {
  const { name, version, pid, home, startedAt, listeners, relay, warnings } = status;
  const addresses = listeners.filter(({ configured }) => configured !== homeSocket(home)).map(listenerText);
  const where = relay.endpoint === null ? '' : `${relay.endpoint}${relay.embedded ? ' (in this daemon)' : ''}, `;
  return [
    `Paseo ${version} runs on "${name}" (process ${pid}, since ${startedAt}).`,
    `  Home       ${home}`,
    `  Listening  ${addresses.join('\n             ') || 'on its own socket only'}`,
    `  Relay      ${where}${relayText(relay.link)}`,
    ...warnings.map((warning) => `  Warning    ${warning}`),
  ].join('\n');
}

function listenerText(listener: ListenerState): string {
  switch (listener.state) {
    case 'listening':
      return listener.address;
    case 'waiting':
      return `${listener.configured} (not there yet: ${listener.error})`;
    case 'failed':
      return `${listener.configured} (failed: ${listener.error})`;
  }
}

function relayText(link: RelayLinkState): string {
  switch (link.state) {
    case 'off':
      return 'off';
    case 'connecting':
      return 'connecting';
    case 'online':
      return 'connected';
    case 'offline':
      return `not connected: ${link.error}`;
  }
}
