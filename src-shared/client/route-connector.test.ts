import { describe, expect, it } from 'vitest';
import { createNodeProvider } from '../../src-main/platform/node-crypto.ts';
import { toBase64url } from '../bytes.ts';
import type { FrameSocket } from '../channel/frame-socket.ts';
import { memorySocketPair } from '../channel/memory-frame-socket.ts';
import { REFUSALS_UNTIL_UNKNOWN } from '../limits.ts';
import { RelayClose } from '../relay/envelopes.ts';
import { HELLO, PairingFixture } from './pairing-fixture.ts';
import { connectKnownDaemon } from './route-connector.ts';
import type { KnownDaemon } from './known-daemon.ts';

const provider = createNodeProvider();

describe('connecting to a paired daemon', () => {
  it('carries the hello and hands over the connection', async () => {
    const daemon = new PairingFixture(provider);
    daemon.direct = () => undefined;
    const connection = await source(daemon)(signal(), HELLO);
    expect(connection.path).toBe('direct');
    expect(daemon.finished).toMatchObject([{ mode: 'device', hello: JSON.stringify(HELLO) }]);
    await connection.close('fin');
  });

  it('uses the routes of the moment', async () => {
    const daemon = new PairingFixture(provider);
    daemon.relay = () => undefined;
    const routes = { version: 2, direct: [], relays: [] };
    const connect = source(daemon, { routes });
    await expect(connect(signal(), HELLO)).rejects.toMatchObject({ code: 'unreachable' });
    routes.relays = daemon.record().routes.relays as never[];
    await expect(connect(signal(), HELLO)).resolves.toMatchObject({ path: 'relay' });
  });

  it('believes that it was removed only after several refusals in a row', async () => {
    const daemon = new PairingFixture(provider);
    daemon.direct = () => undefined;
    const wrong = { psk: toBase64url(new Uint8Array(32)) };
    const connect = source(daemon, wrong);
    for (let i = 1; i < REFUSALS_UNTIL_UNKNOWN; i++)
      await expect(connect(signal(), HELLO)).rejects.toMatchObject({ code: 'refused' });
    await expect(connect(signal(), HELLO)).rejects.toMatchObject({ code: 'unknown_device' });
  });

  it('says that it may have been removed when only a relay answers, which turns its revoked token away', async () => {
    const daemon = new PairingFixture(provider);
    const relay = (): Promise<FrameSocket> => {
      const [near, far] = memorySocketPair();
      far.close(RelayClose.notAvailable, '');
      return Promise.resolve(near);
    };
    const record = () => daemon.record();
    const connect = connectKnownDaemon({
      ...{ record, provider, clock: daemon.channels.clock },
      dial: { ...daemon.dial, relay },
    });
    await expect(connect(signal(), HELLO)).rejects.toMatchObject({
      code: 'unreachable',
      message: expect.stringContaining('no longer knows this device'),
    });
    const off = new PairingFixture(provider);
    await expect(source(off)(signal(), HELLO)).rejects.toMatchObject({
      code: 'unreachable',
      message: expect.not.stringContaining('knows this device'),
    });
  });

  it('counts again after a connection', async () => {
    const daemon = new PairingFixture(provider);
    daemon.direct = () => undefined;
    const changes = { psk: toBase64url(new Uint8Array(32)) };
    const connect = source(daemon, changes);
    for (let i = 0; i < 6; i++) {
      changes.psk = i % 3 === 2 ? daemon.record().psk : toBase64url(new Uint8Array(32));
      const result = connect(signal(), HELLO);
      if (i % 3 === 2) await result;
      else await expect(result).rejects.toMatchObject({ code: 'refused' });
    }
  });

  it('tells nothing to a daemon with another key', async () => {
    const [daemon, other] = [new PairingFixture(provider), new PairingFixture(provider)];
    other.direct = () => undefined;
    const connect = connectKnownDaemon({
      record: () => daemon.record(),
      provider,
      dial: other.dial,
      clock: other.channels.clock,
    });
    await expect(connect(signal(), HELLO)).rejects.toMatchObject({
      code: expect.stringMatching(/unreachable|not_verified/),
    });
    expect(other.finished).toEqual([]);
  });

  it('stops when it is told to', async () => {
    const daemon = new PairingFixture(provider);
    const giveUp = new AbortController();
    giveUp.abort();
    await expect(source(daemon)(giveUp.signal, HELLO)).rejects.toMatchObject({ code: 'aborted' });
    expect(daemon.channels.clock.armed).toBe(0);
  });
});

function source(daemon: PairingFixture, changes: Partial<KnownDaemon> = {}) {
  const record = (): KnownDaemon => ({ ...daemon.record(), ...changes });
  return connectKnownDaemon({ record, provider, dial: daemon.dial, clock: daemon.channels.clock });
}

function signal(): AbortSignal {
  return new AbortController().signal;
}
