import { toBase32, toBase64url } from '../bytes.ts';
import { ChannelFixture } from '../channel/channel-fixture.ts';
import type { ResponderResult } from '../channel/handshake.ts';
import { memorySocketPair } from '../channel/memory-frame-socket.ts';
import { respondHandshake } from '../channel/responder-handshake.ts';
import type { CryptoProvider } from '../crypto/crypto-provider.ts';
import { offerId, offerPsk } from '../crypto/derive.ts';
import type { ClientHello, PairingAccepted } from '../devices.ts';
import type { Offer } from '../offer.ts';
import { type Dialer, DialError } from './dialer.ts';
import type { DaemonStore, KnownDaemon } from './known-daemon.ts';

const KEY = toBase64url(new Uint8Array(32).fill(9));
export const NOW = Date.parse('2026-01-01T00:00:00Z');

export const HELLO: ClientHello = {
  protocol: 1,
  clientKind: 'phone',
  clientInstance: '0123456789abcdef0123456789abcdef',
  appVersion: '0.1.0',
  deviceName: 'Phone',
  platform: 'test',
  capabilities: [],
};

export const ACCEPTED: PairingAccepted = {
  t: 'paired',
  deviceId: 'devicexx',
  role: 'full',
  devicePsk: KEY,
  routes: { version: 1, relays: [], direct: [{ address: '10.0.0.1:6767', tls: false }] },
  daemonName: 'Desk',
};

/** For tests: a daemon at the other end of every dialled socket, with one open offer and one device; `serve` plays its part. */
export class PairingFixture {
  readonly channels: ChannelFixture;
  readonly secret = new Uint8Array(32).fill(3);
  readonly offer: Offer;
  /** null: nothing answers on this route. */
  direct: ((result: ResponderResult) => void) | null = null;
  relay: ((result: ResponderResult) => void) | null = null;
  /** Every handshake that finished. */
  readonly finished: ResponderResult[] = [];

  constructor(provider: CryptoProvider) {
    this.channels = new ChannelFixture(provider);
    this.offer = {
      version: 1,
      daemonKey: toBase64url(this.channels.daemon.publicKey),
      secret: toBase64url(this.secret),
      expires: NOW / 1000 + 300,
      name: 'Desk',
      direct: [{ address: '10.0.0.1:6767', tls: false }],
      relays: [{ endpoint: 'relay.test:443', tls: true, sessionId: toBase32(this.channels.sessionId) }],
    };
  }

  get dial(): Dialer {
    return {
      direct: () => this.#dial('direct', this.direct),
      relay: () => this.#dial('relay', this.relay),
    };
  }

  /** What the device of the fixture knows of its daemon. */
  record(): KnownDaemon {
    return {
      format: 'paseo-known-daemon',
      version: 1,
      id: 'a'.repeat(16),
      name: 'Desk',
      daemonKey: this.offer.daemonKey,
      deviceSecret: toBase64url(this.channels.device.secretKey),
      psk: toBase64url(this.channels.devicePsk),
      deviceId: 'devicexx',
      role: 'full',
      routes: {
        version: 1,
        relays: this.offer.relays.map((relay) => ({ ...relay, token: KEY })),
        direct: this.offer.direct,
      },
      pairedAt: '2026-01-01T00:00:00.000Z',
    };
  }

  #dial(transport: 'direct' | 'relay', serve: ((result: ResponderResult) => void) | null) {
    if (serve === null) return Promise.reject(new DialError('unreachable', 'Nothing answered.'));
    const [near, far] = memorySocketPair();
    const id = offerId(this.channels.provider, this.secret).join();
    const { lookups } = this.channels.responder(far);
    respondHandshake({
      ...this.channels.responder(far),
      transport,
      sessionId: transport === 'direct' ? new Uint8Array(0) : this.channels.sessionId,
      lookups: {
        ...lookups,
        offer: (asked) => (asked.join() === id ? { psk: offerPsk(this.channels.provider, this.secret) } : undefined),
      },
    }).then(
      (result) => {
        this.finished.push(result);
        serve(result);
      },
      () => undefined,
    );
    return Promise.resolve(near);
  }
}

/** For tests: a store in memory, with what is put into it. */
export function memoryDaemonStore(records = new Map<string, KnownDaemon>()): DaemonStore {
  return {
    list: () => Promise.resolve([...records.values()]),
    get: (id) => Promise.resolve(records.get(id) ?? null),
    put: (record) => Promise.resolve(void records.set(record.id, record)),
    remove: (id) => Promise.resolve(void records.delete(id)),
  };
}
