import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import type { FrameSocket } from '../../../src-shared/channel/frame-socket.ts';
import { wsFrameSocket } from '../../platform/ws-frame-socket.ts';
import { knock, pairAndStay, pairPhone, provider, reconnect, removeTemporaryHomes, testDaemon } from './test-daemon.ts';
import type { TestDaemon } from './test-daemon.ts';

const PATIENCE_MS = 2000;

let daemon: TestDaemon;
let server: WebSocketServer;
beforeEach(async () => {
  daemon = await testDaemon();
  server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false, maxPayload: 65_535 });
  await once(server, 'listening');
  server.on('connection', (ws, { socket }) =>
    daemon.acceptor.accept(wsFrameSocket(ws), { transport: 'direct', source: socket.remoteAddress ?? '' }),
  );
});
afterEach(async () => {
  await daemon.stop();
  for (const client of server.clients) client.terminate();
  await new Promise((resolve) => server.close(resolve));
});
afterAll(removeTemporaryHomes);

async function dial(): Promise<FrameSocket> {
  const { port } = server.address() as AddressInfo;
  const ws = new WebSocket(`ws://127.0.0.1:${port}`, { perMessageDeflate: false });
  await once(ws, 'open');
  return wsFrameSocket(ws);
}

/** Strangers in a loop, `width` at once, from the address that the real phones have too. */
function flood(width: number, attack: (socket: FrameSocket) => Promise<unknown>) {
  let over = false;
  let tries = 0;
  const one = async (): Promise<void> => {
    while (!over) {
      await dial()
        .then(attack)
        .catch(() => undefined);
      tries += 1;
    }
  };
  const loops = Array.from({ length: width }, one);
  return {
    tries: () => tries,
    stop: async () => {
      over = true;
      await Promise.all(loops);
    },
  };
}

async function during(attack: (socket: FrameSocket) => Promise<unknown>): Promise<void> {
  const known = await pairPhone(daemon);
  const strangers = flood(60, attack);
  while (strangers.tries() < 200) await new Promise((resolve) => setTimeout(resolve, 10));
  for (let round = 0; round < 3; round++) {
    const from = performance.now();
    const socket = await dial();
    const { channel } = await reconnect(daemon, known, { dial: () => socket });
    const reconnected = performance.now();
    const second = await dial();
    const phone = await pairAndStay(daemon, { dial: () => second });
    expect(reconnected - from).toBeLessThan(PATIENCE_MS);
    expect(performance.now() - reconnected).toBeLessThan(PATIENCE_MS);
    await Promise.all([channel.close('fin'), phone.channel.close('fin')]);
  }
  await strangers.stop();
  expect(daemon.registry.list()).toHaveLength(4);
}

test('a phone pairs and a known one reconnects during a flood of strangers with a stolen offer id', async () => {
  const stolen = daemon.pairing.offer({ attended: null });
  await during((socket) => knock(daemon, stolen.url, { psk: provider.random(32), dial: () => socket }));
  expect(daemon.pairing.state.get().offers.map(({ offerId }) => offerId)).toContain(stolen.offerId);
}, 30_000);

test('a phone pairs and a known one reconnects during a flood of unknown devices', async () => {
  await during((socket) =>
    reconnect(daemon, { keys: provider.generateKeyPair(), psk: provider.random(32) }, { dial: () => socket }),
  );
}, 30_000);
