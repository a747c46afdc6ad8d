import { toHex } from '../../src-shared/bytes.ts';
import { DaemonClient } from '../../src-shared/client/daemon-client.ts';
import { memoryOutboxStore } from '../../src-shared/client/outbox-store.ts';
import type { DesktopApi } from '../../src-shared/ipc/contract.ts';
import { version } from '../../package.json';
import { portSource } from './port-source.ts';

/** The wire protocol's client of one desktop window. It lives as long as the window, and so do its commands. */
export function desktopClient(api: DesktopApi): DaemonClient {
  return new DaemonClient({
    connect: portSource(api),
    hello: {
      protocol: 1,
      clientKind: 'desktop',
      appVersion: version,
      deviceName: 'This computer',
      platform: 'Desktop',
      capabilities: [],
    },
    localHello: true,
    outbox: memoryOutboxStore(toHex(crypto.getRandomValues(new Uint8Array(16)))),
    topics: ['agents', 'devices'],
  });
}
