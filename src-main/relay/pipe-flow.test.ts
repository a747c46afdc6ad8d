import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { RELAY_PENDING_BYTES } from '../../src-shared/limits.ts';
import { BufferBudget } from './buffer-budget.ts';
import { PipeFlow } from './pipe-flow.ts';
import type { RelaySocket } from './relay-socket.ts';

const KIB = 1024;
let server: ReturnType<typeof createServer>;
let open: WebSocket[] = [];

beforeEach(async () => {
  server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(async () => {
  for (const ws of open) ws.terminate();
  open = [];
  server.close();
  await once(server, 'close');
});

/** One end at the relay, and the far end of the same connection. */
async function connection(): Promise<{ near: RelaySocket; far: WebSocket }> {
  const upgrades = new WebSocketServer({ noServer: true });
  const near = new Promise<RelaySocket>((resolve) =>
    server.once('upgrade', (request, raw, head) =>
      upgrades.handleUpgrade(request, raw, head, (ws) => resolve({ ws, raw, source: 'test', proven: () => {} })),
    ),
  );
  const far = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`, { perMessageDeflate: false });
  await once(far, 'open');
  const both = { near: await near, far };
  open.push(both.near.ws, far);
  both.near.ws.on('error', () => {});
  return both;
}

async function flowBetween(allowance = Infinity, budget = new BufferBudget()) {
  const [from, to] = [await connection(), await connection()];
  const seen = { most: 0, progress: 0, abandoned: 0 };
  const flow = new PipeFlow({
    from: from.near,
    allowance,
    budget,
    onProgress: () => (seen.progress += 1),
    onAbandon: () => {
      seen.abandoned += 1;
      to.near.ws.terminate();
    },
  });
  from.near.ws.on('message', (data) => {
    flow.frame(data as Buffer);
    seen.most = Math.max(seen.most, budget.heldBytes);
  });
  return { from, to, flow, budget, seen };
}

function count(ws: WebSocket): { readonly received: number[] } {
  const received: number[] = [];
  ws.on('message', (data: Buffer) => received.push(data.readUInt32BE()));
  return { received };
}

function numbered(i: number, length: number): Buffer {
  const frame = Buffer.alloc(length);
  frame.writeUInt32BE(i);
  return frame;
}

describe('a flow', () => {
  it('holds at most 256 KiB for a reader that stands still, and passes everything when it goes on', async () => {
    const { from, to, flow, budget, seen } = await flowBetween();
    flow.connect(to.near);
    const { received } = count(to.far);
    to.far.pause();
    const total = 600;
    for (let i = 0; i < total; i++) from.far.send(numbered(i, 60_000));
    await expect.poll(() => from.near.ws.isPaused).toBe(true);
    to.far.resume();
    await expect.poll(() => received.length, { timeout: 10_000 }).toBe(total);
    expect(received).toEqual(Array.from({ length: total }, (_, i) => i));
    expect(seen.most).toBeGreaterThan(60_000);
    expect(seen.most).toBeLessThanOrEqual(256 * KIB);
    expect(seen.progress).toBeGreaterThan(0);
    await expect.poll(() => budget.heldBytes).toBe(0);
  });

  it('goes on reading before anybody has joined, but only up to its allowance', async () => {
    const { from, to, flow } = await flowBetween(RELAY_PENDING_BYTES);
    for (let i = 0; i < 3; i++) from.far.send(numbered(i, 4096));
    from.far.ping();
    await once(from.far, 'pong');
    expect(from.near.ws.isPaused).toBe(false);
    from.far.send(numbered(3, 4096));
    await expect.poll(() => from.near.ws.isPaused).toBe(true);
    const { received } = count(to.far);
    flow.connect(to.near);
    await expect.poll(() => received.length).toBe(4);
    from.far.send(numbered(4, 4096));
    await expect.poll(() => from.near.ws.isPaused).toBe(true);
    flow.open();
    await expect.poll(() => received.length).toBe(5);
    expect(from.near.ws.isPaused).toBe(false);
  });

  it('forgets what may not pass when it stops', async () => {
    const { from, flow, budget } = await flowBetween(0);
    from.far.send(numbered(0, 1000));
    await expect.poll(() => budget.heldBytes).toBeGreaterThan(0);
    flow.stop();
    expect(budget.heldBytes).toBe(0);
    flow.frame(numbered(1, 1000));
    expect(budget.heldBytes).toBe(0);
  });
});

describe('what all flows hold', () => {
  it('is bounded: the reader that has been stuck longest is cut off, the others go on', async () => {
    const budget = new BufferBudget(512 * KIB);
    const flows: Awaited<ReturnType<typeof flowBetween>>[] = [];
    for (let i = 0; i < 6; i++) {
      const one = await flowBetween(Infinity, budget);
      one.flow.connect(one.to.near);
      one.to.far.pause();
      for (let n = 0; n < 300; n++) one.from.far.send(numbered(n, 60_000));
      await expect.poll(() => one.from.near.ws.isPaused || one.seen.abandoned > 0, { timeout: 10_000 }).toBe(true);
      flows.push(one);
    }
    await expect.poll(() => flows[0]?.seen.abandoned).toBe(1);
    expect(Math.max(...flows.map((one) => one.seen.most))).toBeLessThanOrEqual(512 * KIB + 64 * KIB);
    const last = flows.at(-1)!;
    expect(last.seen.abandoned).toBe(0);
    const { received } = count(last.to.far);
    last.to.far.resume();
    await expect.poll(() => received.length, { timeout: 10_000 }).toBe(300);
  }, 30_000);
});
