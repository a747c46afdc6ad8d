import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { fromBase32, toBase32 } from '../../../src-shared/bytes.ts';
import { memorySocketPair } from '../../../src-shared/channel/memory-frame-socket.ts';
import type { FrameSocket } from '../../../src-shared/channel/frame-socket.ts';
import type { HandshakeMode } from '../../../src-shared/channel/prologue.ts';
import { HANDSHAKE_TIMEOUT_MS } from '../../../src-shared/limits.ts';
import { MAX_CONNECTIONS_PER_DEVICE, MAX_UNAUTHENTICATED } from '../limits.ts';
import { ManualClock } from '../../../src-shared/manual-clock.ts';
import { inMemory, knock, pairAndStay, pairPhone, provider, reconnect } from './test-daemon.ts';
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

const instance = (n: number) => n.toString(16).padStart(32, '0');
const hello = (n: number) => JSON.stringify(testHello({ clientInstance: instance(n) }));

describe('a paired device', () => {
  test('comes back as a session with its role', async () => {
    const daemon = await start();
    const phone = await pairPhone(daemon);
    const { channel } = await reconnect(daemon, phone);
    expect(daemon.sessions.at(-1)).toMatchObject({ role: 'full', device: { id: phone.deviceId, name: 'Pixel' } });
    expect(daemon.registry.list()[0]).toMatchObject({ state: 'active', connections: ['direct'] });
    await channel.close('fin');
    await until(() => daemon.registry.list()[0]?.connections.length === 0);
    expect(daemon.registry.list()[0]?.lastSeenAt).not.toBeNull();
  });

  test('replaces only the connection of the same client instance', async () => {
    const daemon = await start();
    const phone = await pairPhone(daemon);
    const tab1 = await reconnect(daemon, phone, { hello: hello(1) });
    const tab2 = await reconnect(daemon, phone, { hello: hello(2) });
    const again = await reconnect(daemon, phone, { hello: hello(1) });
    expect(await tab1.channel.closed).toEqual({ code: 'replaced', by: 'remote' });
    expect(tab2.channel.signal.aborted || again.channel.signal.aborted).toBe(false);
    expect(daemon.registry.list()[0]?.connections).toHaveLength(2);
  });

  test('keeps its connection while somebody without its keys claims the same instance', async () => {
    const daemon = await start();
    const phone = await pairPhone(daemon);
    const tab = await reconnect(daemon, phone, { hello: hello(1) });
    const stranger = { keys: provider.generateKeyPair(), psk: phone.psk };
    await expect(reconnect(daemon, stranger, { hello: hello(1) })).rejects.toThrow();
    expect(tab.channel.signal.aborted).toBe(false);
  });

  test(`has at most ${MAX_CONNECTIONS_PER_DEVICE} connections`, async () => {
    const daemon = await start();
    const phone = await pairPhone(daemon);
    for (let n = 0; n < MAX_CONNECTIONS_PER_DEVICE; n++) await reconnect(daemon, phone, { hello: hello(n) });
    const { channel } = await reconnect(daemon, phone, { hello: hello(99) });
    expect(await channel.closed).toEqual({ code: 'too-many', by: 'remote' });
    expect(daemon.registry.list()[0]?.connections).toHaveLength(MAX_CONNECTIONS_PER_DEVICE);
  });

  test('survives a restart of the daemon', async () => {
    const daemon = await start();
    const phone = await pairPhone(daemon);
    await daemon.stop();
    const next = await start({ home: daemon.home, staticKeyPair: daemon.staticKeyPair });
    await reconnect(next, phone);
    expect(next.sessions).toHaveLength(1);
  });
});

describe('a revoked device', () => {
  test('hears so over a live connection, which ends, and does not come back, also after a restart', async () => {
    const daemon = await start();
    const phone = await pairAndStay(daemon);
    const second = await reconnect(daemon, phone, { hello: hello(2) });
    await daemon.registry.revoke(phone.deviceId);
    expect(await phone.channel.closed).toEqual({ code: 'revoked', by: 'remote' });
    expect(await second.channel.closed).toEqual({ code: 'revoked', by: 'remote' });
    await expect(reconnect(daemon, phone)).rejects.toMatchObject({ code: 'refused' });
    await daemon.stop();
    const next = await start({ home: daemon.home, staticKeyPair: daemon.staticKeyPair });
    await expect(reconnect(next, phone)).rejects.toMatchObject({ code: 'refused' });
  });

  test('that is away is refused when it comes back', async () => {
    const daemon = await start();
    const phone = await pairPhone(daemon);
    await daemon.registry.revoke(phone.deviceId);
    await expect(reconnect(daemon, phone)).rejects.toMatchObject({ code: 'refused' });
  });

  test('is out although the disk refuses', async () => {
    const { writeFileAtomic } = await import('../../platform/atomic-file.ts');
    const disk = { full: false };
    const daemon = await start({
      writeFile: (path, data, options) =>
        disk.full ? Promise.reject(new Error('disk full')) : writeFileAtomic(path, data, options),
    });
    const phone = await pairAndStay(daemon);
    disk.full = true;
    await expect(daemon.registry.revoke(phone.deviceId)).rejects.toMatchObject({ code: 'not_saved' });
    expect((await phone.channel.closed).code).toBe('revoked');
    await expect(reconnect(daemon, phone)).rejects.toMatchObject({ code: 'refused' });
    disk.full = false;
  });

  test('cannot be told from an unknown one, nor from one with a wrong PSK', async () => {
    const daemon = await start();
    const phone = await pairPhone(daemon);
    const revoked = await pairPhone(daemon);
    await daemon.registry.revoke(revoked.deviceId);
    const seen: string[][] = [];
    for (const stranger of [
      revoked,
      { keys: provider.generateKeyPair(), psk: provider.random(32) },
      { keys: phone.keys, psk: provider.random(32) },
    ]) {
      const heard: string[] = [];
      const attempt = reconnect(daemon, stranger, { dial: overheard(heard) });
      await expect(attempt).rejects.toMatchObject({ code: 'refused' });
      seen.push(heard);
    }
    expect(seen[0]).toEqual(['frame 48', 'closed 4400 ""']);
    expect(seen[1]).toEqual(seen[0]);
    expect(seen[2]).toEqual(seen[0]);
  });
});

describe('a hostile client', () => {
  const wrong: Record<string, string> = {
    'no JSON': 'hello',
    'a wrong type': '[]',
    'an unknown key': JSON.stringify({ ...testHello(), role: 'owner' }),
    __proto__: `{"__proto__":{"protocol":1},${JSON.stringify(testHello()).slice(1)}`,
    'another version': JSON.stringify({ ...testHello(), protocol: 2 }),
    'a name that rewrites the terminal': JSON.stringify(testHello({ platform: '\u001b]52;c;AAAA\u0007' })),
    'a name in the wrong direction': JSON.stringify(testHello({ platform: 'a\u202eb' })),
    'half a character': JSON.stringify(testHello({ deviceName: 'x\ud800' })),
    'deep nesting': '['.repeat(1500) + ']'.repeat(1500),
  };
  for (const [what, text] of Object.entries(wrong))
    test(`that introduces itself with ${what} is closed and uses no offer up`, async () => {
      const daemon = await start();
      const phone = await pairPhone(daemon);
      const known = await reconnect(daemon, phone, { hello: text });
      expect(await known.channel.closed).toEqual({ code: 'bad-message', by: 'remote' });
      const { url } = daemon.pairing.offer({ attended: null });
      const { channel } = await knock(daemon, url, { hello: text });
      expect(await channel.closed).toEqual({ code: 'bad-message', by: 'remote' });
      expect(daemon.pairing.state.get().offers).toHaveLength(1);
      expect(daemon.sessions).toHaveLength(1);
    });

  test('is closed when it says nothing, or too much', async () => {
    const clock = new ManualClock();
    const daemon = await start({ clock });
    const [silent, chatty] = [inMemory()(daemon), inMemory()(daemon)];
    const closed = Promise.all([silent, chatty].map(closeCode));
    chatty.send(new Uint8Array(5000));
    clock.advance(HANDSHAKE_TIMEOUT_MS);
    expect(await closed).toEqual([4400, 4400]);
  });

  test('cannot keep a device out by holding sockets open', async () => {
    const daemon = await start();
    const phone = await pairPhone(daemon);
    const held = Array.from({ length: MAX_UNAUTHENTICATED * 2 }, () => inMemory()(daemon));
    await reconnect(daemon, phone);
    expect(daemon.sessions).toHaveLength(2);
    expect(await closeCode(held[0]!)).toBe(4400);
  });
});

describe('at a relay', () => {
  const ids: Record<HandshakeMode, string> = {
    pair: toBase32(provider.random(20)),
    device: toBase32(provider.random(20)),
  };
  const purpose = (id: string) => (id === ids.pair ? 'pair' : id === ids.device ? 'device' : null);
  const over = (sessionId: string, admitted: string[]) => ({
    sessionId: fromBase32(sessionId),
    dial: inMemory({
      transport: 'relay',
      sessionId,
      tokenHash: 'ab'.repeat(32),
      admit: () => admitted.push(sessionId),
    }),
  });

  test('each session id is for its own mode, and a pipe is admitted once its client is known', async () => {
    const daemon = await start({ sessionPurpose: purpose });
    const admitted: string[] = [];
    const phone = await pairPhone(daemon, over(ids.pair, admitted));
    await reconnect(daemon, phone, over(ids.device, admitted));
    expect(admitted).toEqual([ids.pair, ids.device]);
    expect(daemon.sessions.map(({ connection }) => connection.path)).toEqual(['relay', 'relay']);
    await expect(reconnect(daemon, phone, over(ids.pair, admitted))).rejects.toMatchObject({
      code: 'daemon_not_verified',
    });
    const { url } = daemon.pairing.offer({ attended: null });
    for (const id of [ids.device, toBase32(provider.random(20))])
      await expect(knock(daemon, url, over(id, admitted))).rejects.toMatchObject({ code: 'daemon_not_verified' });
    expect(admitted).toHaveLength(2);
    expect(daemon.pairing.state.get().offers).toHaveLength(1);
  });

  test('a client of another session id, or of none, is not verified', async () => {
    const daemon = await start({ sessionPurpose: purpose });
    const phone = await pairPhone(daemon);
    const spliced = { ...over(ids.device, []), sessionId: fromBase32(ids.pair) };
    await expect(reconnect(daemon, phone, spliced)).rejects.toMatchObject({ code: 'daemon_not_verified' });
    const { dial } = over(ids.device, []);
    await expect(reconnect(daemon, phone, { dial })).rejects.toMatchObject({ code: 'daemon_not_verified' });
  });
});

test('stopping ends every handshake that is under way, and leaves no timer', async () => {
  const clock = new ManualClock();
  const daemon = await testDaemon({ clock });
  const held = Array.from({ length: 5 }, () => inMemory()(daemon));
  const { url } = daemon.pairing.offer({ attended: true });
  const { channel } = await knock(daemon, url);
  const closed = Promise.all(held.map(closeCode));
  await daemon.stop();
  expect(await closed).toEqual([4400, 4400, 4400, 4400, 4400]);
  expect((await channel.closed).code).toBe('going-away');
  expect(clock.armed).toBe(0);
  const late = inMemory()(daemon);
  expect(await closeCode(late)).toBe(4400);
});

function closeCode(socket: FrameSocket): Promise<number> {
  return new Promise((resolve) => socket.attach({ frame: () => undefined, closed: ({ code }) => resolve(code) }));
}

/** What a client's socket hears, in order. */
function overheard(heard: string[]): Dial {
  return (daemon) => {
    const [ours, theirs] = memorySocketPair();
    daemon.acceptor.accept(theirs, { transport: 'direct', source: '192.0.2.1' });
    const attach = ours.attach.bind(ours);
    ours.attach = (handlers) =>
      attach({
        ...handlers,
        frame: (data) => {
          heard.push(`frame ${data.length}`);
          handlers.frame(data);
        },
        closed: (info) => {
          heard.push(`closed ${info.code} "${info.reason}"`);
          handlers.closed(info);
        },
      });
    return ours;
  };
}
