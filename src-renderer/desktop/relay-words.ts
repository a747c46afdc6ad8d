import type { DaemonStatus } from '../../src-shared/wire/status.ts';
import { secondsUntil } from '../views/time-words.ts';

/** The relay in one sentence. `now` is in milliseconds. */
export function relayWords({ link, embedded }: DaemonStatus['relay'], now: number): string {
  switch (link.state) {
    case 'off':
      return 'Relay off. Phones connect directly.';
    case 'connecting':
      return 'Connecting to the relay.';
    case 'online':
      return 'Connected to the relay.';
    case 'offline':
      // Nothing but this computer stands in its way, so the person can mend it.
      if (embedded) return `The built-in relay does not run. ${link.error}`;
      return `Relay unreachable. Your agents keep running. Retrying in ${secondsUntil(Date.parse(link.retryAt), now)} s.`;
  }
}
