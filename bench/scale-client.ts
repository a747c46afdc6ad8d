import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { z } from 'zod';
import type { MessageConnection } from '../src-shared/channel/message-connection.ts';
import { DaemonClient } from '../src-shared/client/daemon-client.ts';
import { memoryOutboxStore } from '../src-shared/client/outbox-store.ts';
import { connectKnownDaemon } from '../src-shared/client/route-connector.ts';
import { webSocketDialer } from '../src-shared/client/web-socket-dialer.ts';
import { createNodeProvider } from '../src-main/platform/node-crypto.ts';
import { TestClient } from '../e2e/support/test-client.ts';
import { until } from '../e2e/support/until.ts';
import { percentile } from './sampling.ts';
import { StampReader } from './stamp-reader.ts';

/**
 * A client in a process of its own; its argument is a pairing link. It follows agents with the client core that phones use, and tells how
 * old what it was told is by the time the core has taken it in.
 */
const Order = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('follow'), agents: z.array(z.string()) }),
  /** Answers with the ages since the last time, once there are so many, or after a while. */
  z.strictObject({ do: z.literal('ages'), count: z.int() }),
]);
const PATIENCE_MS = 30_000;

const reader = new StampReader();
const paired = await TestClient.pair(process.argv[2] ?? '', { only: 'direct' });
await paired.stop();
const connect = connectKnownDaemon({
  record: () => paired.record,
  provider: createNodeProvider(),
  dial: webSocketDialer((url) => new WebSocket(url, { perMessageDeflate: false })),
});
const client = new DaemonClient({
  connect: async (signal, hello) => overheard(await connect(signal, hello)),
  hello: {
    ...{ protocol: 1, clientKind: 'cli', appVersion: '0.0.0', deviceName: 'Follower', platform: 'bench' },
    capabilities: [],
  },
  localHello: false,
  outbox: memoryOutboxStore(randomBytes(16).toString('hex')),
  topics: ['agents'],
});
client.start();
await until(client.state, ({ state }) => state === 'connected');

/** The connection, with its messages read for stamps once the client core is done with them. */
function overheard(connection: MessageConnection): MessageConnection {
  const { path, signal, closed } = connection;
  return {
    ...{ path, signal, closed },
    send: (message, lane) => connection.send(message, lane),
    bufferedAmount: () => connection.bufferedAmount(),
    close: (code) => connection.close(code),
    attach: ({ message, renew }) =>
      connection.attach({
        message: (text) => {
          message(text);
          reader.read(text);
        },
        renew: () => renew?.(),
      }),
  };
}

async function obey(order: z.infer<typeof Order>): Promise<object> {
  if (order.do === 'follow') {
    const views = order.agents.map((agentId) => client.follow(agentId).view);
    await Promise.all(views.map((view) => until(view, ({ status }) => status === 'live')));
    return {};
  }
  for (const end = Date.now() + PATIENCE_MS; reader.size < order.count && Date.now() < end;) await delay(20);
  const ages = reader.all();
  return { count: ages.length, p50: percentile(ages, 50), p99: percentile(ages, 99), max: percentile(ages, 100) };
}

process.on('message', (message) => {
  void obey(Order.parse(message)).then((answer) => process.send?.(answer));
});
process.once('disconnect', () => process.exit());
process.send?.('ready');
