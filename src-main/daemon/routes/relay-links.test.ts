import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import type { Config } from '../../../src-shared/config/schema.ts';
import { sessionIdOf } from '../../../src-shared/relay/session-id.ts';
import { Watched, type Watchable } from '../../../src-shared/watchable.ts';
import { generateSigningKeyPair, signMessage } from '../../platform/ed25519.ts';
import { collectingLogger } from '../../platform/logger.ts';
import { createNodeProvider } from '../../platform/node-crypto.ts';
import { resolveConfig } from '../config/config-layer.ts';
import type { ConfigLayer } from '../config/config-layer.ts';
import { impostor } from '../relay-link/relay-link-harness.ts';
import { type EmbeddedRelay, RelayLinks } from './relay-links.ts';
import { RouteBook } from './route-book.ts';

const cleanUp: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const step of cleanUp.splice(0).toReversed()) await step();
});

const noRelay: EmbeddedRelay = {
  start: () => Promise.reject(new Error('no embedded relay here')),
  stop: () => Promise.resolve(),
};

async function make(layer: ConfigLayer, embeddedRelay: (port: number) => EmbeddedRelay = () => noRelay) {
  const config = new Watched<Config>(resolveConfig([layer], 'host'));
  const book = await RouteBook.open({ read: () => Promise.resolve(null), write: () => Promise.resolve() });
  const { publicKey, secretKey } = generateSigningKeyPair();
  const links = new RelayLinks({
    config,
    routes: book.routes,
    claims: [
      {
        sessionId: sessionIdOf(publicKey, createNodeProvider().sha256),
        publicKey,
        sign: (data) => signMessage(secretKey, data),
        tokenHashes: () => [],
      },
    ],
    embeddedRelay,
    onTarget: (target) => book.update(target, []),
    onPipe: () => undefined,
    logger: collectingLogger(),
  });
  cleanUp.push(() => links.stop());
  return { links, book, change: (next: ConfigLayer) => config.set(resolveConfig([next], 'host')) };
}

function until<T>(source: Watchable<T>, match: (value: T) => boolean): Promise<T> {
  return new Promise((resolve) => {
    const look = (value: T): void => {
      if (!match(value)) return;
      unsubscribe();
      resolve(value);
    };
    const unsubscribe = source.subscribe(look);
    if (match(source.get())) look(source.get());
  });
}

/**
 * A relay that goes by any name: a claim takes the session from the socket before. Counts the claims.
 */
async function relayOfManyNames() {
  const claimants: { send(text: string): void; close(): void }[] = [];
  const relay = await impostor((ws) => {
    ws.send(JSON.stringify({ t: 'challenge', version: 1, challenge: 'A'.repeat(43) }));
    ws.on('message', (data) => {
      const { t, claims } = JSON.parse((data as Buffer).toString()) as { t: string; claims: { sessionId: string }[] };
      if (t !== 'claim') return;
      const sessionId = claims[0]!.sessionId;
      claimants.at(-1)?.send(JSON.stringify({ t: 'taken', sessionId }));
      claimants.push(ws);
      ws.send(JSON.stringify({ t: 'claimed', sessionId }));
    });
  });
  cleanUp.push(() => relay.stop());
  const port = relay.endpoint.slice(relay.endpoint.lastIndexOf(':') + 1);
  return { port, claimants, open: () => relay.server.clients.size };
}

test('does not fight itself when the new relay is the one of before under another name', async () => {
  const relay = await relayOfManyNames();
  const { links, change } = await make({ relayEndpoint: `127.0.0.1:${relay.port}` });
  await links.start();
  await until(links.state, ({ link }) => link.state === 'online');
  const online = until(
    links.state,
    (view) => view.endpoint?.startsWith('localhost') === true && view.link.state === 'online',
  );
  change({ relayEndpoint: `localhost:${relay.port}` });
  await online;
  // The link of before was taken over, and ends for good instead of coming back for the session.
  while (relay.open() > 1) await new Promise((resolve) => setTimeout(resolve, 5));
  links.retryNow();
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(links.state.get().link.state).toBe('online');
  expect(relay.claimants).toHaveLength(2);
});

test('takes the session back from its own link to the same relay under an earlier name', async () => {
  const relay = await relayOfManyNames();
  const { links, book } = await make({ relayEndpoint: `127.0.0.1:${relay.port}` });
  book.update(
    { endpoint: `localhost:${relay.port}`, publicEndpoint: `localhost:${relay.port}`, tls: false, embedded: false },
    [],
  );
  await links.start();
  await until(links.state, ({ link }) => link.state === 'online' || link.state === 'offline');
  while (relay.claimants.length < 2 || relay.open() > 1) await new Promise((resolve) => setTimeout(resolve, 5));
  await until(links.state, ({ link }) => link.state === 'online');
  expect(links.state.get().endpoint).toBe(`127.0.0.1:${relay.port}`);
});

test('tells clients a changed public endpoint of the embedded relay at once', async () => {
  const relay = await relayOfManyNames();
  const embedded = {
    start: () => Promise.resolve({ listen: [`127.0.0.1:${relay.port}`] }),
    stop: () => Promise.resolve(),
  };
  const { links, book, change } = await make({}, () => embedded);
  await links.start();
  await until(links.state, ({ link }) => link.state === 'online');
  expect(book.routes.get().current).toMatchObject({ publicEndpoint: `127.0.0.1:${relay.port}`, embedded: true });
  change({ relayPublicEndpoint: 'tunnel.example:443' });
  await until(book.routes, ({ current }) => current?.publicEndpoint === 'tunnel.example:443');
  expect(relay.claimants).toHaveLength(1);
});

test('does not go on trying for the embedded relay after it was stopped', async () => {
  let attempts = 0;
  let fail: (error: Error) => void = () => undefined;
  const failing: EmbeddedRelay = {
    start: () => {
      attempts += 1;
      return new Promise((_, reject) => (fail = reject));
    },
    stop: () => Promise.resolve(),
  };
  const { links } = await make({}, () => failing);
  const starting = links.start();
  await Promise.resolve();
  const timers = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
  const stopping = links.stop();
  fail(new Error('taken'));
  await Promise.all([starting, stopping]);
  expect(attempts).toBe(1);
  expect(process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length).toBeLessThanOrEqual(timers);
});

test('keeps the relay of before claimed when the embedded one cannot be had', async () => {
  const blocked = createServer().listen(0, '127.0.0.1');
  await once(blocked, 'listening');
  cleanUp.push(() => new Promise((resolve) => blocked.close(resolve)));
  const relay = await relayOfManyNames();
  const { links, book, change } = await make({ relayEndpoint: `127.0.0.1:${relay.port}` });
  await links.start();
  await until(links.state, ({ link }) => link.state === 'online');
  change({ relayEmbeddedPort: (blocked.address() as AddressInfo).port });
  await until(links.state, ({ embedded, link }) => embedded && link.state === 'offline');
  expect(book.routes.get()).toMatchObject({ current: null, retired: [{ endpoint: `127.0.0.1:${relay.port}` }] });
  expect(relay.open()).toBe(1);
});
