import { describe, expect, it } from 'vitest';
import { createNodeProvider } from '../../src-main/platform/node-crypto.ts';
import { toHex } from '../bytes.ts';
import { createNobleProvider } from '../crypto/noble-provider.ts';
import { HANDSHAKE_TIMEOUT_MS, MAX_HELLO_BYTES } from '../limits.ts';
import { ChannelFixture } from './channel-fixture.ts';
import { SOCKET_CLOSE } from './frame-socket.ts';
import type { InitiatorInput, ResponderInput, ResponderLookups } from './handshake.ts';
import { initiateHandshake } from './initiator-handshake.ts';
import { MemoryFrameSocket, memorySocketPair } from './memory-frame-socket.ts';
import { respondHandshake } from './responder-handshake.ts';

const provider = createNodeProvider();
const fixture = new ChannelFixture(provider);

/** Runs both sides; what they reject with stands in place of their result. */
async function run(forInitiator: Partial<InitiatorInput> = {}, forResponder: Partial<ResponderInput> = {}) {
  const [near, far] = memorySocketPair();
  const [client, daemon] = await Promise.allSettled([
    initiateHandshake(fixture.initiator(near, forInitiator)),
    respondHandshake(fixture.responder(far, forResponder)),
  ]);
  return {
    client: client.status === 'fulfilled' ? client.value : (client.reason as { code: string }),
    daemon: daemon.status === 'fulfilled' ? daemon.value : (daemon.reason as { code: string }),
  };
}

const lookups = (changes: Partial<ResponderLookups>) => ({
  lookups: { ...fixture.responder(memorySocketPair()[1]).lookups, ...changes },
});

describe.each([provider, createNobleProvider()])('a handshake on $name', (backEnd) => {
  it.each(['pair', 'device'] as const)(
    'of mode %s gives both sides the same hash and the daemon who it is',
    async (mode) => {
      const { client, daemon } = await run({ provider: backEnd, mode }, { provider: backEnd });
      expect(daemon).toMatchObject({ mode, hello: '{"hello":1}' });
      if (!('handshakeHash' in client) || !('handshakeHash' in daemon)) throw new Error('not connected');
      expect(toHex(client.handshakeHash)).toBe(toHex(daemon.handshakeHash));
      expect(toHex(daemon.remoteStatic)).toBe(toHex(fixture.device.publicKey));
      expect(daemon.offerId && toHex(daemon.offerId)).toBe(mode === 'pair' ? toHex(fixture.offer.id) : null);
    },
  );
});

describe('a handshake between sides that differ', () => {
  const otherKey = provider.generateKeyPair();
  const unverified = { client: { code: 'daemon_not_verified' }, daemon: { code: 'bad_handshake' } };
  const refused = { client: { code: 'refused' }, daemon: { code: 'bad_handshake' } };

  it.each<[string, Partial<InitiatorInput>]>([
    ['another daemon key', { daemonPublicKey: otherKey.publicKey }],
    ['another session id', { sessionId: new Uint8Array(20) }],
    ['another transport', { transport: 'direct', sessionId: new Uint8Array(0) }],
  ])('fails at message 1: %s', async (_, changes) => {
    expect(await run(changes)).toMatchObject(unverified);
  });

  it.each<[string, Partial<InitiatorInput>, Partial<ResponderInput>]>([
    ['a wrong device PSK', { psk: new Uint8Array(32) }, {}],
    ['a wrong offer PSK', { mode: 'pair', psk: new Uint8Array(32) }, {}],
    ['an unknown device', { deviceStatic: otherKey }, {}],
    ['a revoked device', {}, lookups({ device: () => undefined })],
    ['a device key of low order', { deviceStatic: { ...otherKey, publicKey: new Uint8Array(32) } }, {}],
  ])('fails at message 3, and looks the same to the client: %s', async (_, forInitiator, forResponder) => {
    expect(await run(forInitiator, forResponder)).toMatchObject(refused);
  });

  it('stops before any Diffie-Hellman when the offer is unknown or nobody is admitted', async () => {
    const noDh = { provider: { ...provider, dh: () => expect.unreachable('a Diffie-Hellman was computed') } };
    const unknown = await run({ mode: 'pair', offerId: new Uint8Array(16) }, noDh);
    expect(unknown).toMatchObject({ client: { code: 'daemon_not_verified' }, daemon: { code: 'unknown_offer' } });
    const full = await run({}, { ...noDh, ...lookups({ admit: () => false }) });
    expect(full).toMatchObject({ client: { code: 'daemon_not_verified' }, daemon: { code: 'not_admitted' } });
  });
});

describe('the responder', () => {
  function listen(changes: Partial<ResponderInput> = {}) {
    const sent: Uint8Array[] = [];
    const closes: number[] = [];
    const reasons: string[] = [];
    const socket = new MemoryFrameSocket({
      sent: (frame) => sent.push(frame),
      closing: ({ code, reason }) => {
        closes.push(code);
        reasons.push(reason);
      },
    });
    const outcome = respondHandshake(fixture.responder(socket, changes)).catch((error: { code: string }) => error);
    return { socket, sent, closes, reasons, outcome };
  }

  it.each([
    ['bad_prelude', Uint8Array.of()],
    ['bad_prelude', Uint8Array.of(1, 9)],
    ['bad_prelude', new Uint8Array(49).fill(1)],
    ['bad_prelude', Uint8Array.of(1, 2, ...new Uint8Array(47))],
    ['bad_prelude', Uint8Array.of(1, 2, ...new Uint8Array(49))],
    ['bad_handshake', Uint8Array.of(1, 2, ...new Uint8Array(48))],
    ['bad_handshake', new Uint8Array(4097).fill(1)],
  ])('ends with %s and the generic close for a bad first frame', async (code, frame) => {
    const { socket, sent, closes, outcome } = listen();
    socket.deliver(frame);
    expect(await outcome).toMatchObject({ code });
    expect({ sent, closes }).toEqual({ sent: [], closes: [SOCKET_CLOSE.failed] });
  });

  it('says that a version is not supported, and its own, so that the client can tell which side to update', async () => {
    const { socket, closes, reasons, outcome } = listen();
    socket.deliver(Uint8Array.of(2, 2, ...new Uint8Array(48)));
    expect(await outcome).toMatchObject({ code: 'version_unsupported' });
    expect({ closes, reasons }).toEqual({ closes: [SOCKET_CLOSE.unsupportedVersion], reasons: ['1'] });
  });

  it('gives up after 10 s, when the client leaves, and when it is told to', async () => {
    const late = listen();
    fixture.clock.advance(HANDSHAKE_TIMEOUT_MS);
    expect(await late.outcome).toMatchObject({ code: 'timeout' });
    const left = listen();
    left.socket.end({ code: 1006, reason: '' });
    expect(await left.outcome).toMatchObject({ code: 'closed_early' });
    const stop = new AbortController();
    const stopped = listen({ signal: stop.signal });
    stop.abort();
    expect(await stopped.outcome).toMatchObject({ code: 'aborted' });
  });

  it('fails when random numbers or look-ups fail, without an uncaught error', async () => {
    const broken = () => {
      throw new Error('broken');
    };
    expect((await run({}, { provider: { ...provider, generateKeyPair: broken } })).daemon).toMatchObject({
      code: 'bad_handshake',
    });
    expect((await run({}, lookups({ device: broken }))).daemon).toMatchObject({ code: 'bad_handshake' });
  });
});

describe('the initiator', () => {
  function dial(changes: Partial<InitiatorInput> = {}) {
    const sent: Uint8Array[] = [];
    const socket = new MemoryFrameSocket({ sent: (frame) => sent.push(frame), closing: () => {} });
    const outcome = initiateHandshake(fixture.initiator(socket, changes)).catch((error: { code: string }) => error);
    return { socket, sent, outcome };
  }

  it.each([
    [1006, '', 'daemon_not_reached'],
    [1000, '', 'daemon_not_reached'],
    [SOCKET_CLOSE.failed, '', 'daemon_not_verified'],
    [SOCKET_CLOSE.unsupportedVersion, '', 'version_unsupported'],
    [SOCKET_CLOSE.unsupportedVersion, '1', 'version_unsupported'],
    [SOCKET_CLOSE.unsupportedVersion, '<b>2', 'version_unsupported'],
    [SOCKET_CLOSE.unsupportedVersion, '2', 'daemon_newer'],
    [SOCKET_CLOSE.unsupportedVersion, '0', 'daemon_older'],
  ])('reads close code %i (%s) before message 2 as %s', async (code, reason, expected) => {
    const { socket, outcome } = dial();
    socket.end({ code, reason });
    expect(await outcome).toMatchObject({ code: expected });
  });

  it('tells silence before message 2, a forged message 2, and being given up apart', async () => {
    const silent = dial();
    fixture.clock.advance(HANDSHAKE_TIMEOUT_MS);
    expect(await silent.outcome).toMatchObject({ code: 'daemon_not_reached' });
    const forged = dial();
    forged.socket.deliver(new Uint8Array(48).fill(1));
    expect(await forged.outcome).toMatchObject({ code: 'daemon_not_verified' });
    expect(await dial({ signal: AbortSignal.abort() }).outcome).toMatchObject({ code: 'aborted' });
  });

  it.each([
    [SOCKET_CLOSE.failed, 'refused'],
    [1006, 'interrupted'],
    // A relay or a proxy that closes properly when the daemon went away, or when it is told to stop.
    [1000, 'interrupted'],
    [1001, 'interrupted'],
    [4410, 'interrupted'],
  ])('reads close code %i after message 3 as %s', async (code, expected) => {
    const client = dial();
    const daemon = new MemoryFrameSocket({ sent: (frame) => void (answer ??= frame), closing: () => {} });
    let answer: Uint8Array | undefined;
    const responded = respondHandshake(fixture.responder(daemon)).catch(() => {});
    daemon.deliver(client.sent[0]!);
    client.socket.deliver(answer!);
    expect(client.sent).toHaveLength(2);
    client.socket.end({ code, reason: '' });
    daemon.end({ code: 1006, reason: '' });
    expect(await client.outcome).toMatchObject({ code: expected });
    await responded;
  });

  it('refuses a hello that would not fit, before it sends anything', async () => {
    expect(await dial({ hello: 'x'.repeat(MAX_HELLO_BYTES + 1) }).outcome).toMatchObject({ code: 'message_too_large' });
    expect((await run({ hello: 'x'.repeat(MAX_HELLO_BYTES) })).daemon).toHaveProperty('hello');
  });
});
