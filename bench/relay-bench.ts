import { once } from 'node:events';
import { WebSocket } from 'ws';
import { RELAY_CLOSE_TIMEOUT_MS, RELAY_FRAME_BYTES } from '../src-shared/limits.ts';
import { websocketLimits } from '../src-main/platform/websocket-limits.ts';
import { claimed, join, newSession } from '../src-main/relay/relay-harness.ts';
import { makeFigure } from './figure.ts';
import type { Aim, Report } from './figure.ts';
import { startRelay } from './paseo-programs.ts';
import { PeerProcess } from './peer-process.ts';
import { alternate, median } from './sampling.ts';

interface Size {
  readonly name: string;
  readonly bytes: number;
  readonly frames: number;
  readonly aim?: Aim;
}

const SIZES: readonly Size[] = [
  { name: '512B', bytes: 512, frames: 20_000 },
  { name: '16KiB', bytes: 16 * 1024, frames: 4000 },
  { name: '64KiB', bytes: RELAY_FRAME_BYTES, frames: 1500, aim: { of: 'ratio', atLeast: 0.6 } },
];
const ROUNDS = 7;
const ECHOES = 300;
const ORDER_BYTES = 64;
/** Enough under way to keep every process busy, little enough to stay in the caches. */
const IN_FLIGHT_BYTES = 512 * 1024;
const THROUGHPUT_NOTE =
  'sender, relay and receiver are three processes on loopback; baseline: one direct WebSocket from sender to receiver';
const ROUND_TRIP_NOTE = 'median of echoes, one at a time; baseline: one direct WebSocket';

/** Throughput and round trip through a real relay in its own process, against a direct socket in the same run, taking turns. */
export async function relayBench(report: Report): Promise<void> {
  const relay = await startRelay();
  const sink = await PeerProcess.start('./relay-peer.js');
  try {
    const piped = await openPipe(relay.endpoint, sink);
    const direct = new WebSocket(`ws://${sink.address}`, websocketLimits(RELAY_FRAME_BYTES, RELAY_CLOSE_TIMEOUT_MS));
    await once(direct, 'open');
    for (const size of SIZES) {
      const rates = await alternate(ROUNDS, ...both(direct, piped, (ws) => throughput(ws, size)));
      report(makeFigure(`relay.throughput.${size.name}`, 'MB/s', rates, THROUGHPUT_NOTE, size.aim));
      const times = await alternate(ROUNDS, ...both(direct, piped, (ws) => roundTrip(ws, size)));
      report(makeFigure(`relay.roundTrip.${size.name}`, 'us', times, ROUND_TRIP_NOTE));
    }
    direct.terminate();
    piped.terminate();
  } finally {
    await Promise.all([relay.process.stop(), sink.stop()]);
  }
}

function both<T>(direct: WebSocket, piped: WebSocket, measure: (ws: WebSocket) => T): [() => T, () => T] {
  return [() => measure(direct), () => measure(piped)];
}

/** A client's socket whose pipe the sink has joined and its daemon admitted. */
async function openPipe(endpoint: string, sink: PeerProcess): Promise<WebSocket> {
  const session = newSession();
  const control = await claimed(endpoint, session);
  const client = await join(endpoint, session);
  const { pipe, ticket } = await control.nextOf('waiting');
  sink.send({ endpoint, ticket });
  client.ws.removeAllListeners('message');
  order(client.ws, { echo: true, frames: 0 });
  client.ws.send(Buffer.alloc(1));
  await once(client.ws, 'message');
  control.sendJson({ t: 'admit', pipe });
  return client.ws;
}

/** Millions of bytes a second that arrived. */
async function throughput(ws: WebSocket, { bytes, frames }: Size): Promise<number> {
  const frame = Buffer.alloc(bytes, 7);
  order(ws, { echo: false, frames });
  const arrived = once(ws, 'message');
  const started = performance.now();
  for (let sent = 0; sent < frames; sent++) {
    if (ws.bufferedAmount < IN_FLIGHT_BYTES) ws.send(frame);
    else await new Promise((resolve) => ws.send(frame, resolve));
  }
  await arrived;
  return (bytes * frames) / 1000 / (performance.now() - started);
}

/** Microseconds until a frame is back. */
async function roundTrip(ws: WebSocket, { bytes }: Size): Promise<number> {
  const frame = Buffer.alloc(bytes, 7);
  const times: number[] = [];
  order(ws, { echo: true, frames: 0 });
  for (let i = 0; i < ECHOES; i++) {
    const back = once(ws, 'message');
    const started = performance.now();
    ws.send(frame);
    await back;
    times.push((performance.now() - started) * 1000);
  }
  return median(times);
}

function order(ws: WebSocket, content: { echo: boolean; frames: number }): void {
  ws.send(Buffer.from(JSON.stringify(content).padEnd(ORDER_BYTES)));
}
