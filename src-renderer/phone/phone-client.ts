import { DaemonClient } from '../../src-shared/client/daemon-client.ts';
import type { KnownDaemon } from '../../src-shared/client/known-daemon.ts';
import { connectKnownDaemon } from '../../src-shared/client/route-connector.ts';
import { webSocketDialer } from '../../src-shared/client/web-socket-dialer.ts';
import { createNobleProvider } from '../../src-shared/crypto/noble-provider.ts';
import type { ClientHello } from '../../src-shared/devices.ts';
import { pageDialer } from './page-dialer.ts';
import type { PhoneStorage } from './storage/phone-storage.ts';

export const provider = createNobleProvider();
export const dialer = pageDialer(
  webSocketDialer((url) => new WebSocket(url)),
  location,
);

/** The client of one paired daemon. Routes and the name are stored as the daemon tells newer ones. */
export function phoneClient(
  storage: PhoneStorage,
  known: KnownDaemon,
  hello: Omit<ClientHello, 'clientInstance'>,
): DaemonClient {
  let record = known;
  const keep = (changes: Partial<Pick<KnownDaemon, 'name' | 'routes' | 'role'>>) => {
    record = { ...record, ...changes };
    // Not stored is not lost: the daemon tells its routes again at the next connection.
    storage.daemons.put(record).catch(() => {});
  };
  const client = new DaemonClient({
    connect: connectKnownDaemon({ record: () => record, provider, dial: dialer }),
    hello,
    localHello: false,
    outbox: storage.outbox(known.id),
    topics: ['agents', 'devices'],
    onRoutes: (routes) => keep({ routes }),
  });
  client.welcome.subscribe((welcome) => {
    if (welcome && welcome.daemonName !== record.name) keep({ name: welcome.daemonName });
  });
  return client;
}
