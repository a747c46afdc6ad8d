import { randomBytes } from 'node:crypto';
import { WebSocket } from 'ws';
import { DaemonClient } from '../../src-shared/client/daemon-client.ts';
import type { Dialer } from '../../src-shared/client/dialer.ts';
import type { DaemonStore, KnownDaemon } from '../../src-shared/client/known-daemon.ts';
import { memoryOutboxStore } from '../../src-shared/client/outbox-store.ts';
import { pairWithOffer } from '../../src-shared/client/pair.ts';
import { connectKnownDaemon } from '../../src-shared/client/route-connector.ts';
import { webSocketDialer } from '../../src-shared/client/web-socket-dialer.ts';
import type { ClientHello } from '../../src-shared/devices.ts';
import { type Offer, parseOfferLink } from '../../src-shared/offer.ts';
import { createNodeProvider } from '../../src-main/platform/node-crypto.ts';

const provider = createNodeProvider();
const hello: Omit<ClientHello, 'clientInstance'> = {
  protocol: 1,
  clientKind: 'cli',
  appVersion: '0.0.0',
  deviceName: 'Test phone',
  platform: 'test',
  capabilities: [],
};

/** For prompts of text alone. */
export const nothingElse = { attachments: [], mentions: [] };

/** The client core over real sockets, as the command line uses it, with its keys in memory. */
export class TestClient {
  readonly client: DaemonClient;
  readonly record: KnownDaemon;

  /** `only` leaves out the other routes. */
  static async pair(
    link: string,
    options: { only?: 'direct' | 'relay'; onDigits?: (digits: string) => void } = {},
  ): Promise<TestClient> {
    const offer = parseOfferLink(link, Date.now());
    const records = new Map<string, KnownDaemon>();
    const dial = dialer(options.only);
    await pairWithOffer({
      offer: narrowed(offer, options.only),
      provider,
      dial,
      hello: { ...hello, clientInstance: randomBytes(16).toString('hex') },
      store: memoryStore(records),
      onDigits: options.onDigits ?? (() => undefined),
      signal: new AbortController().signal,
    });
    const record = [...records.values()][0];
    if (record === undefined) throw new Error('pairing stored nothing');
    return new TestClient(record, dial);
  }

  constructor(record: KnownDaemon, dial: Dialer = dialer()) {
    let newest = record;
    this.record = record;
    this.client = new DaemonClient({
      connect: connectKnownDaemon({ record: () => newest, provider, dial }),
      hello,
      localHello: false,
      outbox: memoryOutboxStore(randomBytes(16).toString('hex')),
      topics: ['agents', 'devices', 'daemon'],
      onRoutes: (routes) => (newest = { ...newest, routes }),
    });
    this.client.start();
  }

  stop(): Promise<void> {
    return this.client.stop();
  }
}

function dialer(only?: 'direct' | 'relay'): Dialer {
  const dial = webSocketDialer((url) => new WebSocket(url, { perMessageDeflate: false }));
  const never = () => Promise.reject(new Error('this test does not use that route'));
  if (only === 'relay') return { ...dial, direct: never };
  return only === 'direct' ? { ...dial, relay: never } : dial;
}

function narrowed(offer: Offer, only?: 'direct' | 'relay'): Offer {
  if (only === 'direct') return { ...offer, relays: [] };
  return only === 'relay' ? { ...offer, direct: [] } : offer;
}

function memoryStore(records: Map<string, KnownDaemon>): DaemonStore {
  return {
    list: () => Promise.resolve([...records.values()]),
    get: (id) => Promise.resolve(records.get(id) ?? null),
    put: (record) => {
      records.set(record.id, record);
      return Promise.resolve();
    },
    remove: (id) => {
      records.delete(id);
      return Promise.resolve();
    },
  };
}
