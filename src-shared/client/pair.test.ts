import { describe, expect, it } from 'vitest';
import { createNodeProvider } from '../../src-main/platform/node-crypto.ts';
import { toBase64url } from '../bytes.ts';
import type { ResponderResult } from '../channel/handshake.ts';
import { sasDigits } from '../crypto/derive.ts';
import { deferred } from '../deferred.ts';
import { ClientHello } from '../devices.ts';
import { KnownDaemon } from './known-daemon.ts';
import { pairWithOffer, type PairOptions } from './pair.ts';
import { ACCEPTED, HELLO, memoryDaemonStore, NOW, PairingFixture } from './pairing-fixture.ts';

const provider = createNodeProvider();
const say =
  (message: unknown) =>
  ({ channel }: ResponderResult) =>
    channel.send(JSON.stringify(message));

describe('pairing with an offer', () => {
  it('shows the digits of this very handshake, stores the record, then acknowledges', async () => {
    const daemon = new PairingFixture(provider);
    const order: string[] = [];
    const acknowledged = deferred<void>();
    daemon.direct = ({ channel, hello }) => {
      expect(ClientHello.parse(JSON.parse(hello))).toEqual(HELLO);
      channel.attach({
        message: (text) => {
          order.push(text);
          acknowledged.resolve();
        },
      });
      channel.send(JSON.stringify({ t: 'confirm', expiresAt: '2026-01-01T00:02:00Z' }));
      channel.send(JSON.stringify(ACCEPTED));
    };
    const records = new Map<string, KnownDaemon>();
    const store = memoryDaemonStore(records);
    const put = store.put;
    store.put = (record) => {
      order.push('stored');
      return put(record);
    };
    const shown: string[] = [];
    const record = await pair(daemon, { store, onDigits: (digits, name) => shown.push(`${name} ${digits}`) });
    await acknowledged.promise;
    expect(order).toEqual(['stored', '{"t":"paired-ack"}']);
    expect(shown).toEqual([`Desk ${sasDigits(provider, daemon.finished[0]!.handshakeHash)}`]);
    expect(KnownDaemon.parse(record)).toMatchObject({ name: 'Desk', deviceId: 'devicexx', psk: ACCEPTED.devicePsk });
    expect(records.get(record.id)).toEqual(record);
    expect(toBase64url(daemon.finished[0]!.remoteStatic)).toBe(
      toBase64url(provider.publicKey(Buffer.from(record.deviceSecret, 'base64url'))),
    );
  });

  it('works through the relay when there is no direct way, and uses its offer up once', async () => {
    const daemon = new PairingFixture(provider);
    daemon.relay = say(ACCEPTED);
    await expect(pair(daemon)).resolves.toMatchObject({ name: 'Desk' });
    daemon.direct = say(ACCEPTED);
    await pair(daemon);
    expect(daemon.finished).toHaveLength(2);
  });

  it('keeps its key when it pairs with the same daemon again', async () => {
    const daemon = new PairingFixture(provider);
    daemon.direct = say(ACCEPTED);
    const store = memoryDaemonStore();
    const [first, second] = [await pair(daemon, { store }), await pair(daemon, { store })];
    expect(second.deviceSecret).toBe(first.deviceSecret);
  });

  it.each([
    ['the person says no', say({ t: 'declined', reason: 'denied' }), 'declined'],
    ['nobody confirms', say({ t: 'declined', reason: 'timeout' }), 'timeout'],
    ['there are too many devices', say({ t: 'declined', reason: 'too-many-devices' }), 'too_many_devices'],
    ['the daemon says something unknown', say({ t: 'paired', admin: true }), 'version'],
    ['another device was faster', ({ channel }: ResponderResult) => void channel.close('offer-used'), 'offer_used'],
    [
      'the daemon ends it as denied',
      ({ channel }: ResponderResult) => void channel.close('pairing-denied'),
      'declined',
    ],
    ['the daemon could not save', ({ channel }: ResponderResult) => void channel.close('not-saved'), 'not_saved'],
    ['the daemon stops', ({ channel }: ResponderResult) => void channel.close('going-away'), 'interrupted'],
  ])('fails with its own code when %s', async (_, serve, code) => {
    const daemon = new PairingFixture(provider);
    daemon.direct = serve;
    await expect(pair(daemon)).rejects.toMatchObject({ name: 'PairError', code });
  });

  it('tells an expired offer, one the daemon does not take, a wrong daemon and no daemon apart', async () => {
    const daemon = new PairingFixture(provider);
    await expect(pair(daemon)).rejects.toMatchObject({ code: 'unreachable' });
    await expect(pair(daemon, { now: () => NOW + 300_000 })).rejects.toMatchObject({ code: 'offer_expired' });
    daemon.direct = say(ACCEPTED);
    const used = { ...daemon.offer, secret: toBase64url(new Uint8Array(32).fill(4)) };
    await expect(pair(daemon, { offer: used })).rejects.toMatchObject({ code: 'offer_not_accepted' });
    expect(daemon.finished).toEqual([]);
  });

  it('does not acknowledge what it could not store', async () => {
    const daemon = new PairingFixture(provider);
    const heard: string[] = [];
    daemon.direct = ({ channel }) => {
      channel.attach({ message: (text) => heard.push(text) });
      channel.send(JSON.stringify(ACCEPTED));
    };
    const store = { ...memoryDaemonStore(), put: () => Promise.reject(new Error('quota')) };
    await expect(pair(daemon, { store })).rejects.toMatchObject({ code: 'not_saved' });
    await expect(daemon.finished[0]!.channel.closed).resolves.toMatchObject({ code: 'not-saved', by: 'remote' });
    expect(heard).toEqual([]);
  });

  it('stops when it is told to, also while a person compares the digits', async () => {
    const daemon = new PairingFixture(provider);
    daemon.direct = say({ t: 'confirm', expiresAt: '2026-01-01T00:02:00Z' });
    const giveUp = new AbortController();
    await expect(pair(daemon, { signal: giveUp.signal, onDigits: () => giveUp.abort() })).rejects.toMatchObject({
      code: 'aborted',
    });
    await daemon.finished[0]!.channel.closed;
    expect(daemon.channels.clock.armed).toBe(0);
  });
});

function pair(daemon: PairingFixture, changes: Partial<PairOptions> = {}): Promise<KnownDaemon> {
  return pairWithOffer({
    offer: daemon.offer,
    provider,
    dial: daemon.dial,
    hello: HELLO,
    store: memoryDaemonStore(),
    onDigits: () => undefined,
    signal: new AbortController().signal,
    clock: daemon.channels.clock,
    now: () => NOW,
    ...changes,
  });
}
