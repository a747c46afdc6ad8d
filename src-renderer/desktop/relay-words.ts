import type { RelayLinkState } from '../../src-shared/wire/status.ts';
import { secondsUntil } from '../views/time-words.ts';

/** The relay link in one sentence. `now` is in milliseconds. */
export function relayWords(link: RelayLinkState, now: number): string {
  switch (link.state) {
    case 'off':
      return 'Relay off. Phones connect directly.';
    case 'connecting':
      return 'Connecting to the relay.';
    case 'online':
      return 'Connected to the relay.';
    case 'offline':
      return `Relay unreachable. Your agents keep running. Retrying in ${secondsUntil(Date.parse(link.retryAt), now)} s.`;
  }
}
