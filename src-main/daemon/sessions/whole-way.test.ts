import { afterEach, describe, expect, it } from 'vitest';
import { memorySocketPair } from '../../../src-shared/channel/memory-frame-socket.ts';
import { DaemonClient } from '../../../src-shared/client/daemon-client.ts';
import { type Dialer, DialError } from '../../../src-shared/client/dialer.ts';
import type { KnownDaemon } from '../../../src-shared/client/known-daemon.ts';
import { memoryOutboxStore } from '../../../src-shared/client/outbox-store.ts';
import { pairWithOffer } from '../../../src-shared/client/pair.ts';
import { memoryDaemonStore } from '../../../src-shared/client/pairing-fixture.ts';
import { connectKnownDaemon } from '../../../src-shared/client/route-connector.ts';
import { parseOfferLink } from '../../../src-shared/offer.ts';
import { provider, removeTemporaryHomes, testDaemon, type TestDaemon } from '../devices/test-daemon.ts';
import { CREATE, NOTHING_ENCLOSED } from './scripted-agents.ts';
import { until } from './client-fixture.ts';
import { helloOf, SessionFixture } from './session-fixture.ts';
import { INSTANCE } from './session-peer.ts';

const stops: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
  await removeTemporaryHomes();
});

describe('a phone and a daemon', () => {
  it('pair with compared digits, connect through a real channel, run a command, and part at a revocation', async () => {
    const { daemon, fixture } = await running({ attended: true });
    const known = await pair(daemon, (digits) => {
      const pending = daemon.pairing.state.get().pending[0]!;
      expect(pending.digits).toBe(digits);
      daemon.pairing.confirm({ offerId: pending.offerId, accept: true, role: 'full' });
    });
    const client = clientOf(daemon, known);
    await until(() => client.state.get().state === 'connected');
    const { agentId } = await client.command('agent.create', CREATE);
    const follower = client.follow(agentId);
    await client.command('agent.prompt', { agentId, text: 'x'.repeat(200_000), ...NOTHING_ENCLOSED });
    await until(() => follower.view.get().entries.at(-1)?.body.kind === 'turn-end');
    const log = fixture.agents.timeline(agentId)!;
    expect(follower.view.get().entries).toEqual(await log.page(log.lastSeq + 1, 200));
    expect(daemon.registry.get(known.deviceId)).toMatchObject({ state: 'active' });
    await daemon.registry.revoke(known.deviceId);
    await until(() => client.state.get().state === 'ended');
    expect(client.state.get()).toMatchObject({ reason: 'revoked' });
  });

  it('are told apart from strangers: a device that was revoked while away learns that it is unknown', async () => {
    const { daemon } = await running({ attended: false });
    const known = await pair(daemon, () => undefined);
    await daemon.registry.revoke(known.deviceId);
    const client = clientOf(daemon, known);
    client.state.subscribe(({ state }) => {
      if (state === 'offline') setImmediate(() => client.retryNow());
    });
    await until(() => client.state.get().state === 'ended');
    expect(client.state.get()).toMatchObject({ reason: 'unknown-device' });
  });
});

async function running({ attended }: { attended: boolean }) {
  const daemon = await testDaemon({ attended });
  const fixture = await SessionFixture.open();
  stops.push(
    () => fixture.close(),
    () => daemon.stop(),
  );
  let served = 0;
  let stopped = false;
  const serve = async (): Promise<void> => {
    while (!stopped) {
      for (const client of daemon.sessions.slice(served)) fixture.hub.accept(client);
      served = daemon.sessions.length;
      await new Promise(setImmediate);
    }
  };
  const serving = serve();
  stops.push(() => {
    stopped = true;
    return serving;
  });
  return { daemon, fixture };
}

function pair(daemon: TestDaemon, onDigits: (digits: string) => void): Promise<KnownDaemon> {
  const { url } = daemon.pairing.offer({ attended: null });
  return pairWithOffer({
    offer: parseOfferLink(url, Date.now()),
    provider,
    dial: dialer(daemon),
    hello: helloOf(INSTANCE),
    store: memoryDaemonStore(),
    onDigits,
    signal: new AbortController().signal,
  });
}

function clientOf(daemon: TestDaemon, record: KnownDaemon): DaemonClient {
  const { clientInstance, ...hello } = helloOf('1'.repeat(32));
  const client = new DaemonClient({
    connect: connectKnownDaemon({ record: () => record, provider, dial: dialer(daemon) }),
    hello,
    localHello: false,
    outbox: memoryOutboxStore(clientInstance),
    topics: ['agents'],
  });
  client.start();
  stops.push(() => client.stop());
  return client;
}

function dialer(daemon: TestDaemon): Dialer {
  return {
    direct: () => {
      const [near, far] = memorySocketPair();
      daemon.acceptor.accept(far, { transport: 'direct', source: '192.0.2.1' });
      return Promise.resolve(near);
    },
    relay: () => Promise.reject(new DialError('unreachable', 'No relay here.')),
  };
}
