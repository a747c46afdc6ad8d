import { describe, expect, it } from 'vitest';
import { createNodeProvider } from '../../src-main/platform/node-crypto.ts';
import { toBase32, toBase64url } from '../bytes.ts';
import { ChannelFixture } from '../channel/channel-fixture.ts';
import type { FrameSocket } from '../channel/frame-socket.ts';
import { MemoryFrameSocket, memorySocketPair } from '../channel/memory-frame-socket.ts';
import { respondHandshake } from '../channel/responder-handshake.ts';
import { type Deferred, deferred } from '../deferred.ts';
import { DIRECT_HEAD_START_MS } from '../limits.ts';
import type { Dialer } from './dialer.ts';
import { DialError } from './dialer.ts';
import { type RaceError, raceRoutes } from './race-routes.ts';

describe('racing the routes to a daemon', () => {
  it('takes the direct route and never dials the relay when direct is quick', async () => {
    const race = fixture();
    race.direct.resolve(race.daemon('direct'));
    const { channel } = await race.run();
    expect(channel.path).toBe('direct');
    race.channels.clock.advance(DIRECT_HEAD_START_MS);
    await settled();
    expect(race.dialled).toEqual(['direct']);
    await channel.close('fin');
    expect(race.channels.clock.armed).toBe(0);
  });

  it('turns to the relay at once when no direct route works', async () => {
    const race = fixture();
    race.direct.reject(new DialError('unreachable', 'x'));
    race.relay.resolve(race.daemon('relay'));
    const { channel } = await race.run();
    expect(channel.path).toBe('relay');
    await channel.close('fin');
  });

  it('goes through the relay when direct hangs, and closes the direct attempt', async () => {
    const race = fixture();
    race.relay.resolve(race.daemon('relay'));
    const result = race.run();
    race.channels.clock.advance(DIRECT_HEAD_START_MS);
    const { channel } = await result;
    expect(channel.path).toBe('relay');
    expect(race.aborted).toContain('direct');
    await channel.close('fin');
  });

  it('never finishes two handshakes, though both daemons answered', async () => {
    const race = fixture();
    race.direct.resolve(race.daemon('direct'));
    race.relay.resolve(race.daemon('relay'));
    const result = race.run();
    race.channels.clock.advance(DIRECT_HEAD_START_MS);
    const { channel } = await result;
    await settled();
    expect(race.finished).toEqual([channel.path]);
    await channel.close('fin');
  });

  it('goes on with the other route when the first breaks right after the daemon answered', async () => {
    const race = fixture();
    const [near, far] = memorySocketPair();
    let frames = 0;
    const breaking = new MemoryFrameSocket({
      sent: (frame) => (++frames === 1 ? near.send(frame) : breaking.end({ code: 1006, reason: '' })),
      closing: () => undefined,
    });
    near.attach({ frame: (frame) => breaking.deliver(frame), closed: () => undefined });
    race.respond(far, 'direct');
    race.direct.resolve(breaking);
    race.relay.resolve(race.daemon('relay'));
    const result = race.run();
    race.channels.clock.advance(DIRECT_HEAD_START_MS);
    await expect(result).resolves.toMatchObject({ channel: { path: 'relay' } });
  });

  it('says why every route failed', async () => {
    const race = fixture();
    race.direct.reject(new DialError('unreachable', 'x'));
    const [near, far] = memorySocketPair();
    race.relay.resolve(near);
    far.close(4404, '');
    const error = await race.run().then(
      () => null,
      (failure: RaceError) => failure,
    );
    expect(error?.failures.map(({ code }) => code)).toEqual(['unreachable', 'daemon_not_reached']);
    expect(race.channels.clock.armed).toBe(0);
  });

  it('stops everything when it is told to', async () => {
    const race = fixture();
    const giveUp = new AbortController();
    const result = race.run(giveUp.signal);
    race.channels.clock.advance(DIRECT_HEAD_START_MS);
    await settled();
    giveUp.abort();
    await expect(result).rejects.toMatchObject({ code: 'no_route' });
    expect(race.aborted.sort()).toEqual(['direct', 'relay']);
    expect(race.channels.clock.armed).toBe(0);
  });
});

function fixture() {
  const channels = new ChannelFixture(createNodeProvider());
  const [direct, relay] = [deferred<FrameSocket>(), deferred<FrameSocket>()];
  const dialled: string[] = [];
  const aborted: string[] = [];
  const finished: string[] = [];
  const dialling = (name: string, socket: Deferred<FrameSocket>, signal: AbortSignal): Promise<FrameSocket> => {
    dialled.push(name);
    return new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => {
        aborted.push(name);
        reject(new DialError('aborted', 'x'));
      });
      socket.promise.then(resolve, reject);
    });
  };
  const dial: Dialer = {
    direct: (_, signal) => dialling('direct', direct, signal),
    relay: (_, signal) => dialling('relay', relay, signal),
  };
  const respond = (socket: MemoryFrameSocket, transport: 'direct' | 'relay'): void => {
    const sessionId = transport === 'direct' ? { sessionId: new Uint8Array(0) } : {};
    respondHandshake(channels.responder(socket, { transport, ...sessionId })).then(
      () => finished.push(transport),
      () => undefined,
    );
  };
  const daemon = (transport: 'direct' | 'relay'): FrameSocket => {
    const [near, far] = memorySocketPair();
    respond(far, transport);
    return near;
  };
  const token = toBase64url(new Uint8Array(32));
  const run = (signal = new AbortController().signal) =>
    raceRoutes({
      routes: {
        direct: [{ address: '10.0.0.1:6767', tls: false }],
        relays: [{ endpoint: 'relay.test:443', tls: true, sessionId: toBase32(channels.sessionId), token }],
      },
      dial,
      signal,
      clock: channels.clock,
      handshake: {
        provider: channels.provider,
        mode: 'device',
        deviceStatic: channels.device,
        daemonPublicKey: channels.daemon.publicKey,
        psk: channels.devicePsk,
        hello: '{}',
      },
    });
  return { channels, direct, relay, dialled, aborted, finished, respond, daemon, run };
}

function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
