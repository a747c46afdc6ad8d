import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import type { FrameSocket, SocketCloseInfo } from '../../src-shared/channel/frame-socket.ts';
import { EARLY_FRAMES_BYTES, RELAY_FRAME_BYTES } from '../../src-shared/limits.ts';
import { ManualClock } from '../../src-shared/manual-clock.ts';
import { websocketLimits } from './websocket-limits.ts';
import { wsFrameSocket } from './ws-frame-socket.ts';
import { keepAlive } from './ws-liveness.ts';

let server: WebSocketServer;

beforeEach(async () => {
  server = new WebSocketServer({ port: 0, host: '127.0.0.1', ...websocketLimits(RELAY_FRAME_BYTES, 1000) });
  await once(server, 'listening');
});
afterEach(async () => {
  for (const client of server.clients) client.terminate();
  server.close();
  await once(server, 'close');
});

/** The server's end as a frame socket, and the plain client at the other end. */
async function pair(): Promise<{ socket: FrameSocket; ws: WebSocket; peer: WebSocket }> {
  const accepted = new Promise<{ socket: FrameSocket; ws: WebSocket }>((resolve) =>
    server.once('connection', (ws) => resolve({ socket: wsFrameSocket(ws), ws })),
  );
  const peer = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`, { perMessageDeflate: false });
  peer.on('error', () => {});
  await once(peer, 'open');
  return { ...(await accepted), peer };
}

function listen(socket: FrameSocket) {
  const frames: number[] = [];
  let tell: (info: SocketCloseInfo) => void = () => {};
  const closed = new Promise<SocketCloseInfo>((resolve) => (tell = resolve));
  let writable = 0;
  socket.attach({ frame: (data) => frames.push(data[0] ?? -1), closed: tell, writable: () => (writable += 1) });
  return { frames, closed, writes: () => writable };
}

describe('a frame socket', () => {
  it('keeps frames that come before anybody attached, in order, then stops reading', async () => {
    const { socket, ws, peer } = await pair();
    const size = 8 * 1024;
    const count = (3 * EARLY_FRAMES_BYTES) / size;
    for (let i = 0; i < count; i++) peer.send(Buffer.alloc(size, i));
    await expect.poll(() => ws.isPaused).toBe(true);
    const { frames } = listen(socket);
    await expect.poll(() => frames.length).toBe(count);
    expect(frames).toEqual(Array.from({ length: count }, (_, i) => i));
  });

  it('gives what came early to whoever takes over in the middle of it', async () => {
    const { socket, peer } = await pair();
    for (let i = 0; i < 4; i++) peer.send(Buffer.of(i));
    peer.ping();
    await once(peer, 'pong');
    const [first, second]: number[][] = [[], []];
    const closed = (): void => {};
    socket.attach({
      frame: (data) => {
        first!.push(data[0]!);
        socket.attach({ frame: (next) => second!.push(next[0]!), closed });
      },
      closed,
    });
    expect([first, second]).toEqual([[0], [1, 2, 3]]);
  });

  it('sends, says when it was written, and what is still queued', async () => {
    const { socket, peer } = await pair();
    const { writes } = listen(socket);
    socket.send(Buffer.of(1, 2, 3));
    const [data, isBinary] = (await once(peer, 'message')) as [Buffer, boolean];
    expect([data, isBinary]).toEqual([Buffer.of(1, 2, 3), true]);
    await expect.poll(writes).toBe(1);
    peer.pause();
    for (let i = 0; i < 400; i++) socket.send(Buffer.alloc(60_000));
    expect(socket.bufferedAmount()).toBeGreaterThan(60_000);
    peer.terminate();
  });

  it('ends at a text frame with 4400', async () => {
    const { socket, peer } = await pair();
    const { frames, closed } = listen(socket);
    peer.send('text');
    peer.send(Buffer.of(1));
    expect((await once(peer, 'close'))[0]).toBe(4400);
    expect((await closed).code).toBe(4400);
    expect(frames).toEqual([]);
  });

  it('holds the peer back while it is paused', async () => {
    const { socket, peer } = await pair();
    const { frames } = listen(socket);
    socket.pause?.();
    peer.send(Buffer.of(1));
    const pong = once(peer, 'pong').then(() => 'read');
    peer.ping();
    const silence = new Promise((resolve) => setTimeout(resolve, 50, 'silence'));
    expect(await Promise.race([pong, silence])).toBe('silence');
    expect(frames).toEqual([]);
    socket.resume?.();
    await pong;
    expect(frames).toEqual([1]);
  });

  it('says how it ended, once, to whoever is attached then', async () => {
    const { socket, peer } = await pair();
    peer.close(4406, '2');
    await once(peer, 'close');
    const first = listen(socket);
    expect(await first.closed).toEqual({ code: 4406, reason: '2' });
    const second = listen(socket);
    expect(await second.closed).toEqual({ code: 4406, reason: '2' });
    socket.send(Buffer.of(1));
    socket.close(1000, '');
  });

  it('reports a broken connection as 1006', async () => {
    const { socket, peer } = await pair();
    const { closed } = listen(socket);
    peer.terminate();
    expect((await closed).code).toBe(1006);
  });

  it('delivers what was queued before it closes, and gives up on a peer that does not answer', async () => {
    const { socket, peer } = await pair();
    const { closed } = listen(socket);
    let received = 0;
    peer.on('message', () => (received += 1));
    for (let i = 0; i < 20; i++) socket.send(Buffer.alloc(60_000));
    socket.close(1000, '');
    await closed;
    expect(received).toBe(20);

    const stuck = await pair();
    const told = listen(stuck.socket).closed;
    stuck.peer.pause();
    stuck.socket.pause?.();
    stuck.socket.close(1000, '');
    stuck.socket.close(1000, '');
    expect((await told).code).toBe(1006);
    stuck.peer.terminate();
  });
});

describe('keeping a socket alive', () => {
  it('pings every 25 s and cuts a silent peer off within 60 s', async () => {
    const clock = new ManualClock();
    const { ws, peer } = await pair();
    let dead = 0;
    keepAlive(ws, clock, () => (dead += 1));
    clock.advance(25_000);
    await once(ws, 'pong');
    peer.pause();
    clock.advance(54_000);
    expect(dead).toBe(0);
    clock.advance(6000);
    expect(dead).toBe(1);
    await once(ws, 'close');
    expect(clock.armed).toBe(0);
    peer.terminate();
  });

  it('does not expect to hear a peer that it does not read', async () => {
    const clock = new ManualClock();
    const { ws } = await pair();
    let dead = 0;
    keepAlive(ws, clock, () => (dead += 1));
    ws.pause();
    clock.advance(600_000);
    expect(dead).toBe(0);
  });

  it('counts what the peer took as a sign of life', async () => {
    const clock = new ManualClock();
    const { ws, peer } = await pair();
    let dead = 0;
    const heard = keepAlive(ws, clock, () => (dead += 1));
    peer.pause();
    for (let i = 0; i < 20; i++) {
      clock.advance(30_000);
      heard();
    }
    expect(dead).toBe(0);
    peer.terminate();
  });

  it('cuts off a peer that floods it with pings', async () => {
    const { ws, peer } = await pair();
    keepAlive(ws, new ManualClock(), () => {});
    for (let i = 0; i < 200; i++) peer.ping();
    expect((await once(peer, 'close'))[0]).toBe(1006);
  });
});
