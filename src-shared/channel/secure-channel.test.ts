import { describe, expect, it } from 'vitest';
import { createNodeProvider } from '../../src-main/platform/node-crypto.ts';
import type { CryptoProvider } from '../crypto/crypto-provider.ts';
import { createNobleProvider } from '../crypto/noble-provider.ts';
import {
  CHANNEL_MAX_AGE_MS,
  CHANNEL_RENEW_MS,
  DEAD_PEER_MS,
  MAX_MESSAGE_BYTES,
  MAX_PINGS_PER_INTERVAL,
  PING_INTERVAL_MS,
} from '../limits.ts';
import { ChannelFixture } from './channel-fixture.ts';
import { SOCKET_CLOSE } from './frame-socket.ts';
import { FIN_CODES } from './message-connection.ts';
import type { FinCode, MessageConnection } from './message-connection.ts';
import { RawPeer } from './raw-peer.ts';

const provider = createNodeProvider();

/** Messages as they come; `take` waits for that many. */
function inbox(connection: MessageConnection) {
  const messages: string[] = [];
  let wake = () => {};
  connection.attach({ message: (text) => (messages.push(text), wake()) });
  const take = async (count: number) => {
    while (messages.length < count) await new Promise<void>((resolve) => (wake = resolve));
    return messages.splice(0, count);
  };
  return { messages, take };
}

describe.each([provider, createNobleProvider(), createNobleProvider({ subtle: undefined })])(
  'a channel on $name',
  (backEnd) => {
    it('carries messages of every size both ways, in order when they share a lane', async () => {
      const { client, daemon } = await new ChannelFixture(backEnd).connect();
      const messages = [
        '',
        'small',
        'é😀'.repeat(2000),
        'x'.repeat(63_484),
        'y'.repeat(63_485),
        'z'.repeat(300_000),
        'end',
      ];
      for (const [from, to] of [
        [client, daemon],
        [daemon, client],
      ] as const) {
        const { take } = inbox(to);
        for (const message of messages) from.send(message, 'lane');
        expect(await take(messages.length)).toEqual(messages);
      }
    });

    it('ends with the reason of the side that closes, after everything sent before', async () => {
      const { client, daemon } = await new ChannelFixture(backEnd).connect();
      const { messages } = inbox(daemon);
      client.send('a'.repeat(20_000));
      client.send('b');
      await client.close('superseded');
      expect(await daemon.closed).toEqual({ code: 'superseded', by: 'remote' });
      expect(await client.closed).toEqual({ code: 'superseded', by: 'local' });
      expect(messages.map((text) => text[0])).toEqual(['a', 'b']);
    });
  },
);

describe('messages', () => {
  it('that came before anybody attached are kept, also when the connection has ended since', async () => {
    const { client, daemon } = await new ChannelFixture(provider).connect();
    client.send('one');
    client.send('two');
    await client.close('fin');
    await daemon.closed;
    expect(inbox(daemon).messages).toEqual(['one', 'two']);
  });

  it('of 8 MiB arrive, and one byte more is refused by the sender', async () => {
    const { client, daemon } = await new ChannelFixture(provider).connect();
    const { take } = inbox(daemon);
    expect(() => client.send('x'.repeat(MAX_MESSAGE_BYTES + 1))).toThrow(
      expect.objectContaining({ code: 'message_too_large' }),
    );
    client.send('x'.repeat(MAX_MESSAGE_BYTES));
    expect((await take(1))[0]).toHaveLength(MAX_MESSAGE_BYTES);
  });

  it('are dropped without a word after the end', async () => {
    const { client, daemon } = await new ChannelFixture(provider).connect();
    const { messages } = inbox(daemon);
    const closing = client.close('fin');
    client.send('late');
    await Promise.all([closing, client.close('fin'), daemon.closed]);
    expect(messages).toEqual([]);
  });
});

describe('the end of a channel', () => {
  it.each(Object.keys(FIN_CODES) as FinCode[])('is told to the peer as %s', async (code) => {
    const { client, daemon } = await new ChannelFixture(provider).connect();
    await daemon.close(code);
    expect(await client.closed).toEqual({ code, by: 'remote' });
    expect(client.signal.reason).toMatchObject({ name: 'ConnectionEndedError', code });
  });

  it('reads an unknown fin code as fin', async () => {
    const peer = new RawPeer(provider);
    peer.send('fin', Uint8Array.of(200));
    expect(await peer.channel.closed).toEqual({ code: 'fin', by: 'remote' });
    expect(peer.closes).toEqual([SOCKET_CLOSE.normal]);
  });

  it('is interrupted, not clean, when the socket goes without a fin', async () => {
    const { client, clientSocket } = await new ChannelFixture(provider).connect();
    clientSocket.end({ code: 1000, reason: '' });
    expect(await client.closed).toEqual({ code: 'interrupted', by: 'remote', socketCode: 1000 });
    expect(client.signal.aborted).toBe(true);
  });

  it('comes also when what was being sealed by then fails', async () => {
    const failing: CryptoProvider = {
      ...provider,
      aead: (bytes) => {
        const key = provider.aead(bytes);
        const fails = () => Promise.reject(new Error('expected by this test'));
        return {
          seal: (...input) => key.seal(...input),
          open: (...input) => key.open(...input),
          wipe: () => key.wipe(),
          large: { threshold: 2048, seal: fails, open: fails },
        };
      },
    };
    const { client } = await new ChannelFixture(failing).connect();
    client.send('x'.repeat(20_000));
    await client.close('fin');
    expect(await client.closed).toEqual({ code: 'fin', by: 'local' });
  });

  it('leaves no timer and no open socket behind', async () => {
    const fixture = new ChannelFixture(provider);
    const { client, daemon } = await fixture.connect();
    expect(fixture.clock.armed).toBe(2);
    await client.close('going-away');
    await daemon.closed;
    expect(fixture.clock.armed).toBe(0);
  });
});

describe('the clockwork of a channel', () => {
  it('pings every 25 s and answers pings', () => {
    const peer = new RawPeer(provider);
    for (let round = 0; round < 3; round++) {
      peer.clock.advance(PING_INTERVAL_MS);
      peer.send('pong');
      expect(peer.received().map(({ type }) => type)).toEqual(['ping']);
    }
    peer.send('ping');
    expect(peer.received().map(({ type }) => type)).toEqual(['pong']);
  });

  it('ends a channel whose peer was silent for 60 s, not a moment earlier', async () => {
    const peer = new RawPeer(provider);
    peer.clock.advance(DEAD_PEER_MS - 1);
    peer.send('pong');
    peer.clock.advance(DEAD_PEER_MS - 1);
    expect(peer.channel.signal.aborted).toBe(false);
    peer.clock.advance(1);
    expect(await peer.channel.closed).toEqual({ code: 'timeout', by: 'local' });
    expect(peer.closes).toEqual([SOCKET_CLOSE.failed]);
  });

  it('asks for renewal at one hour and ends with expired at two', async () => {
    const peer = new RawPeer(provider);
    let renewals = 0;
    peer.channel.attach({ message: () => {}, renew: () => renewals++ });
    const passes = (ms: number) => {
      for (let passed = 0; passed < ms; passed += 30_000) {
        peer.clock.advance(30_000);
        peer.send('pong');
      }
    };
    passes(CHANNEL_RENEW_MS - 30_000);
    expect(renewals).toBe(0);
    passes(CHANNEL_MAX_AGE_MS - CHANNEL_RENEW_MS);
    expect(renewals).toBe(1);
    peer.clock.advance(30_000);
    expect(await peer.channel.closed).toEqual({ code: 'expired', by: 'local' });
    expect(peer.received().at(-1)).toEqual({ type: 'fin', data: Uint8Array.of(FIN_CODES.expired) });
    expect(peer.clock.armed).toBe(0);
  });

  it('ends a channel that is flooded with pings', async () => {
    const peer = new RawPeer(provider);
    for (let i = 0; i <= MAX_PINGS_PER_INTERVAL; i++) peer.send('ping');
    expect(await peer.channel.closed).toMatchObject({ code: 'protocol', by: 'local' });
    expect(peer.received()).toHaveLength(MAX_PINGS_PER_INTERVAL);
  });
});
