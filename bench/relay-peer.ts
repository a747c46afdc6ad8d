import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import { z } from 'zod';
import { RELAY_CLOSE_TIMEOUT_MS, RELAY_FRAME_BYTES } from '../src-shared/limits.ts';
import { RELAY_PATHS } from '../src-shared/relay/envelopes.ts';
import { websocketLimits } from '../src-main/platform/websocket-limits.ts';

/** The far end of the relay benchmark, of a direct socket or of a pipe. */

const OpenPipe = z.strictObject({ endpoint: z.string(), ticket: z.string() });
/** What to do with the binary frames that follow. */
const Order = z.strictObject({ echo: z.boolean(), frames: z.int() });
/** Orders travel in binary frames too, because a pipe has no others; no measured frame has this length. */
const ORDER_BYTES = 64;

const OPTIONS = websocketLimits(RELAY_FRAME_BYTES, RELAY_CLOSE_TIMEOUT_MS);

/** Echoes every frame, or answers with one frame after so many. */
function serve(ws: WebSocket): void {
  let order = { echo: false, frames: 0 };
  let received = 0;
  ws.on('message', (data: Buffer) => {
    if (data.length === ORDER_BYTES) {
      order = Order.parse(JSON.parse(data.toString()));
      received = 0;
      return;
    }
    received += 1;
    if (order.echo) ws.send(data);
    else if (received === order.frames) ws.send(Buffer.of(1));
  });
}

async function start(): Promise<string> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', ...OPTIONS });
  server.on('connection', serve);
  process.on('message', (message) => {
    const { endpoint, ticket } = OpenPipe.parse(message);
    const ws = new WebSocket(`ws://${endpoint}${RELAY_PATHS.data}`, OPTIONS);
    serve(ws);
    ws.once('open', () => ws.send(JSON.stringify({ t: 'open', version: 1, ticket })));
  });
  await once(server, 'listening');
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

process.once('disconnect', () => process.exit());
process.send?.(await start());
