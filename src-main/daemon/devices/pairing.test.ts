import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { sasDigits } from '../../../src-shared/crypto/derive.ts';
import { CONFIRM_TIMEOUT_MS, MAX_CONNECTIONS_PER_DEVICE, OFFER_LIFETIME_MS, PAIRED_ACK_TIMEOUT_MS } from '../limits.ts';
import { ManualClock } from '../../../src-shared/manual-clock.ts';
import { parseOfferLink } from '../../../src-shared/offer.ts';
import { fromBase64url } from '../../../src-shared/bytes.ts';
import { MemoryLink } from '../sessions/memory-connection.ts';
import { PairingError } from './pairing.ts';
import { inMemory, knock, pairPhone, provider, reader, reconnect } from './test-daemon.ts';
import { removeTemporaryHomes, testDaemon, testHello, until } from './test-daemon.ts';
import type { Dial, TestDaemon, TestDaemonOptions } from './test-daemon.ts';

const running: TestDaemon[] = [];
async function start(options: TestDaemonOptions = {}): Promise<TestDaemon> {
  const daemon = await testDaemon(options);
  running.push(daemon);
  return daemon;
}
afterEach(async () => {
  await Promise.all(running.splice(0).map((daemon) => daemon.stop()));
});
afterAll(removeTemporaryHomes);

/** A phone at the door of an attended daemon, with what it was told. */
async function atTheDoor(daemon: TestDaemon) {
  const keys = provider.generateKeyPair();
  const { url, offerId } = daemon.pairing.offer({ attended: true });
  const { channel, handshakeHash } = await knock(daemon, url, { keys });
  const next = reader(channel);
  const first = await next();
  return { keys, channel, handshakeHash, next, first, url, offerId };
}

const newest = (daemon: TestDaemon) => daemon.pairing.state.get().outcomes[0];

describe('an offer', () => {
  test('is a link with the daemon key, its name and its routes', async () => {
    const daemon = await start();
    const { url, offerId, expiresAt, reach } = daemon.pairing.offer({ attended: null });
    const offer = parseOfferLink(url, Date.now());
    expect(fromBase64url(offer.daemonKey)).toEqual(new Uint8Array(daemon.publicKey));
    expect(offer).toMatchObject({ name: 'Workbench', direct: [{ address: '127.0.0.1:6767', tls: false }] });
    expect(reach).toBe('this-machine');
    expect(daemon.pairing.state.get().offers).toEqual([{ offerId, expiresAt }]);
    expect(JSON.stringify(daemon.logger.lines)).not.toContain(offer.secret);
  });

  test('is not made while no device could reach the daemon', async () => {
    const daemon = await start({ direct: [] });
    expect(() => daemon.pairing.offer({ attended: null })).toThrow(PairingError);
    expect(daemon.offers.list()).toEqual([]);
  });

  test('pairs one of fifty phones that come at once', async () => {
    const daemon = await start();
    const { url } = daemon.pairing.offer({ attended: null });
    const phones = await Promise.allSettled(
      Array.from({ length: 50 }, async () => {
        const { channel } = await knock(daemon, url);
        const next = reader(channel);
        const first = await Promise.race([next(), channel.closed]);
        if (!('t' in first)) throw new Error(first.code);
        channel.send(JSON.stringify({ t: 'paired-ack' }));
        return first.t;
      }),
    );
    expect(phones.filter(({ status }) => status === 'fulfilled')).toEqual([{ status: 'fulfilled', value: 'paired' }]);
    await until(() => daemon.sessions.length === 1);
    expect(daemon.registry.list()).toHaveLength(1);
  });

  test('is not used up by failed handshakes', async () => {
    const daemon = await start();
    const { url } = daemon.pairing.offer({ attended: null });
    for (let n = 0; n < 20; n++)
      await expect(knock(daemon, url, { psk: provider.random(32) })).rejects.toMatchObject({ code: 'refused' });
    const { channel } = await knock(daemon, url);
    expect((await reader(channel)()).t).toBe('paired');
  });

  test('is dead after its use, its time, and a restart', async () => {
    const clock = new ManualClock();
    const daemon = await start({ clock });
    const used = daemon.pairing.offer({ attended: null });
    const late = daemon.pairing.offer({ attended: null });
    const open = daemon.pairing.offer({ attended: null });
    await knock(daemon, used.url);
    await expect(knock(daemon, used.url)).rejects.toMatchObject({ code: 'daemon_not_verified' });
    clock.advance(OFFER_LIFETIME_MS);
    await expect(knock(daemon, late.url)).rejects.toMatchObject({ code: 'daemon_not_verified' });
    await daemon.stop();
    const next = await start({ home: daemon.home, staticKeyPair: daemon.staticKeyPair });
    await expect(knock(next, open.url)).rejects.toMatchObject({ code: 'daemon_not_verified' });
  });

  test('that expires between message 1 and message 3 does not pair', async () => {
    let wall = Date.now();
    const daemon = await start({ wallNow: () => wall });
    const { url } = daemon.pairing.offer({ attended: null });
    const dial: Dial = (to) => {
      const socket = inMemory()(to);
      const send = socket.send.bind(socket);
      let sent = 0;
      socket.send = (frame) => {
        if (++sent === 2) wall += OFFER_LIFETIME_MS;
        send(frame);
      };
      return socket;
    };
    const { channel } = await knock(daemon, url, { dial });
    expect(await channel.closed).toEqual({ code: 'offer-used', by: 'remote' });
    expect(daemon.registry.list()).toEqual([]);
    expect(newest(daemon)?.result).toBe('expired');
  });
});

describe('attended pairing', () => {
  test('shows the same six digits on both sides, and gives the role that the person chose', async () => {
    const daemon = await start({ attended: true });
    const { channel, handshakeHash, next, first, offerId } = await atTheDoor(daemon);
    const [pending] = daemon.pairing.state.get().pending;
    expect(first).toEqual({ t: 'confirm', expiresAt: pending?.expiresAt });
    expect(pending).toMatchObject({ offerId, deviceName: 'Pixel', digits: sasDigits(provider, handshakeHash) });
    expect(daemon.registry.list()).toEqual([]);
    daemon.pairing.confirm({ offerId, accept: true, role: 'approve' });
    const paired = await next();
    expect(paired).toMatchObject({ t: 'paired', role: 'approve', daemonName: 'Workbench' });
    expect(daemon.registry.list()[0]?.state).toBe('pending');
    channel.send(JSON.stringify({ t: 'paired-ack' }));
    await until(() => daemon.sessions.length === 1);
    expect(daemon.sessions[0]).toMatchObject({ role: 'approve' });
    await until(() => newest(daemon) !== undefined);
    expect(newest(daemon)).toMatchObject({
      result: 'paired',
      deviceName: 'Pixel',
      deviceId: daemon.registry.list()[0]?.id,
    });
    expect(daemon.registry.list()[0]?.state).toBe('active');
  });

  test('that is denied burns the offer and says so on both sides', async () => {
    const daemon = await start();
    const { channel, next, offerId, url } = await atTheDoor(daemon);
    daemon.pairing.confirm({ offerId, accept: false, role: 'full' });
    expect(await next()).toEqual({ t: 'declined', reason: 'denied' });
    expect((await channel.closed).code).toBe('pairing-denied');
    await until(() => newest(daemon)?.result === 'denied');
    await expect(knock(daemon, url)).rejects.toMatchObject({ code: 'daemon_not_verified' });
    expect(() => daemon.pairing.confirm({ offerId, accept: true, role: 'full' })).toThrow(/does not wait any more/);
    expect(daemon.registry.list()).toEqual([]);
  });

  test('that is cancelled reads as denied to the phone', async () => {
    const daemon = await start();
    const { next, offerId } = await atTheDoor(daemon);
    daemon.pairing.cancel(offerId);
    expect(await next()).toEqual({ t: 'declined', reason: 'denied' });
    await until(() => newest(daemon)?.result === 'cancelled');
  });

  test('that nobody answers ends after two minutes', async () => {
    const clock = new ManualClock();
    const daemon = await start({ clock });
    const { channel, next } = await atTheDoor(daemon);
    for (let elapsed = 0; elapsed < CONFIRM_TIMEOUT_MS - 1; elapsed += 20_000) {
      clock.advance(Math.min(20_000, CONFIRM_TIMEOUT_MS - 1 - elapsed));
      // Lets the phone answer the daemon's pings.
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(daemon.pairing.state.get().pending).toHaveLength(1);
    clock.advance(1);
    expect(await next()).toEqual({ t: 'declined', reason: 'timeout' });
    expect((await channel.closed).code).toBe('pairing-timeout');
    await until(() => newest(daemon)?.result === 'timeout');
    expect(daemon.pairing.state.get().pending).toEqual([]);
  });

  test('cannot be confirmed later than that, by the wall clock either', async () => {
    let wall = Date.now();
    const daemon = await start({ wallNow: () => wall });
    const { next, offerId } = await atTheDoor(daemon);
    wall += CONFIRM_TIMEOUT_MS;
    daemon.pairing.confirm({ offerId, accept: true, role: 'full' });
    expect(await next()).toEqual({ t: 'declined', reason: 'timeout' });
  });

  test('ends when the phone goes away, which burns the offer', async () => {
    const daemon = await start();
    const { channel, url } = await atTheDoor(daemon);
    await channel.close('fin');
    await until(() => newest(daemon)?.result === 'disconnected');
    expect(daemon.pairing.state.get()).toMatchObject({ offers: [], pending: [] });
    await expect(knock(daemon, url)).rejects.toMatchObject({ code: 'daemon_not_verified' });
    expect(daemon.offers.tokenHashes()).toEqual([]);
  });

  test('ends when the phone acknowledges what it was not given', async () => {
    const daemon = await start();
    const { channel } = await atTheDoor(daemon);
    channel.send(JSON.stringify({ t: 'paired-ack' }));
    expect((await channel.closed).code).toBe('bad-message');
    await until(() => newest(daemon)?.result === 'disconnected');
    expect(daemon.sessions).toEqual([]);
  });
});

describe('a pairing whose acknowledgement is lost', () => {
  async function lost(daemon: TestDaemon) {
    const keys = provider.generateKeyPair();
    const { url } = daemon.pairing.offer({ attended: null });
    const { channel } = await knock(daemon, url, { keys });
    const paired = await reader(channel)();
    if (paired.t !== 'paired') throw new Error('not paired');
    return { keys, channel, psk: fromBase64url(paired.devicePsk), deviceId: paired.deviceId };
  }

  test('is made good by the next handshake of that device, and the window hears of it', async () => {
    const daemon = await start();
    const phone = await lost(daemon);
    await phone.channel.close('fin');
    await until(() => newest(daemon)?.result === 'disconnected');
    expect(daemon.registry.list()[0]?.state).toBe('pending');
    await reconnect(daemon, phone);
    expect(daemon.registry.list()[0]?.state).toBe('active');
    expect(newest(daemon)).toMatchObject({ result: 'paired', deviceId: phone.deviceId });
  });

  test('is made good after a restart of the daemon, too', async () => {
    const daemon = await start();
    const phone = await lost(daemon);
    await daemon.stop();
    const next = await start({ home: daemon.home, staticKeyPair: daemon.staticKeyPair });
    await reconnect(next, phone);
    expect(next.registry.list()).toMatchObject([{ id: phone.deviceId, state: 'active' }]);
  });

  test('does not hold the connection for ever', async () => {
    const clock = new ManualClock();
    const daemon = await start({ clock });
    const phone = await lost(daemon);
    clock.advance(PAIRED_ACK_TIMEOUT_MS);
    expect((await phone.channel.closed).code).toBe('fin');
  });

  test('can be revoked at once', async () => {
    const daemon = await start();
    const phone = await lost(daemon);
    await daemon.registry.revoke(phone.deviceId);
    expect((await phone.channel.closed).code).toBe('revoked');
    await expect(reconnect(daemon, phone)).rejects.toMatchObject({ code: 'refused' });
  });
});

test('a device that could not be saved is not paired, and says so on both sides', async () => {
  const daemon = await start({ writeFile: () => Promise.reject(new Error('read-only file system')) });
  const { url } = daemon.pairing.offer({ attended: null });
  const { channel } = await knock(daemon, url);
  expect(await channel.closed).toEqual({ code: 'not-saved', by: 'remote' });
  await until(() => newest(daemon)?.result === 'not-saved');
  expect(daemon.registry.list()).toEqual([]);
});

test('a device too many hears that there are too many', async () => {
  const daemon = await start();
  const { publicKey } = provider.generateKeyPair();
  const fill = async () => {
    for (;;) await daemon.registry.addPending({ publicKey: provider.random(32), hello: testHello(), role: 'view' });
  };
  await expect(fill()).rejects.toMatchObject({ code: 'too_many' });
  const { url } = daemon.pairing.offer({ attended: null });
  const { channel } = await knock(daemon, url);
  expect(await reader(channel)()).toEqual({ t: 'declined', reason: 'too-many-devices' });
  expect((await channel.closed).code).toBe('too-many');
  expect(daemon.registry.byStaticKey(publicKey)).toBeUndefined();
});

test('a phone that pairs again with its key keeps its id', async () => {
  const daemon = await start();
  const phone = await pairPhone(daemon);
  const again = await pairPhone(daemon, { keys: phone.keys });
  expect(again.deviceId).toBe(phone.deviceId);
  await reconnect(daemon, phone);
  expect(daemon.registry.list()).toHaveLength(1);
});

test('a phone that pairs again hears that it has too many connections, not that it was revoked', async () => {
  const daemon = await start();
  const phone = await pairPhone(daemon);
  const { url } = daemon.pairing.offer({ attended: null });
  const stopWatching = daemon.registry.changes.subscribe(() => {
    stopWatching();
    for (let n = 0; n < MAX_CONNECTIONS_PER_DEVICE; n++)
      daemon.registry.attachConnection(phone.deviceId, `other ${n}`, new MemoryLink().daemon);
  });
  const { channel } = await knock(daemon, url, { keys: phone.keys });
  await expect(channel.closed).resolves.toMatchObject({ code: 'too-many', by: 'remote' });
  expect(daemon.registry.get(phone.deviceId)).toBeDefined();
});
