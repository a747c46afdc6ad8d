import { createServer } from 'node:net';
import type { Server } from 'node:net';
import { once } from 'node:events';
import { afterEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { ManualClock } from '../../../src-shared/manual-clock.ts';
import { MAX_HTTP_SOCKETS_PER_SOURCE, LISTEN_RETRY_MS } from '../limits.ts';
import { rawConnection, rawHttp } from './raw-http.ts';
import { testListener } from './test-listener.ts';

const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});

function made(options: Parameters<typeof testListener>[0] = {}) {
  const subject = testListener(options);
  stops.push(() => subject.listener.stop());
  return subject;
}

/** Takes a port of loopback; the port number. */
async function taken(): Promise<{ port: number; server: Server }> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  stops.push(() => new Promise((resolve) => server.close(resolve)));
  const address = server.address();
  return { server, port: typeof address === 'object' && address ? address.port : 0 };
}

async function freePort(): Promise<number> {
  const { port, server } = await taken();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const health = async (port: number) => (await rawHttp(port, 'GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n')).status;
const isGone = (port: number) =>
  rawConnection(port).then(
    () => false,
    () => true,
  );
/** TEST-NET-3 (RFC 5737): no machine has it. */
const NOWHERE = '203.0.113.1';

describe('start', () => {
  test('listens on every address of the list', async () => {
    const subject = made({ addresses: ['127.0.0.1:0', '127.0.0.2:0'] });
    await subject.listener.start();
    expect(subject.listener.state.get()).toEqual([
      { state: 'listening', configured: '127.0.0.1:0', address: `127.0.0.1:${subject.port(0)}` },
      { state: 'listening', configured: '127.0.0.2:0', address: `127.0.0.2:${subject.port(1)}` },
    ]);
    expect(await health(subject.port(0))).toBe(200);
  });

  test('a bare port and localhost are loopback', async () => {
    const [one, two] = [await freePort(), await freePort()];
    const subject = made({ addresses: [String(one), `localhost:${two}`] });
    await subject.listener.start();
    expect(subject.listener.state.get()).toMatchObject([
      { address: `127.0.0.1:${one}` },
      { address: `127.0.0.1:${two}` },
    ]);
  });

  test('with no address it is just quiet', async () => {
    const subject = made({ addresses: [] });
    await subject.listener.start();
    expect(subject.listener.state.get()).toEqual([]);
  });

  test('a port in use is one clear error', async () => {
    const { port } = await taken();
    const subject = made({ addresses: [`127.0.0.1:${port}`] });
    await expect(subject.listener.start()).rejects.toMatchObject({
      code: 'address_in_use',
      message: expect.stringMatching(new RegExp(`127\\.0\\.0\\.1:${port}.*daemon\\.listen`)),
    });
  });

  test('an address this machine does not have is one clear error', async () => {
    const clock = new ManualClock();
    const subject = made({ addresses: [`${NOWHERE}:6767`], clock });
    await expect(subject.listener.start()).rejects.toMatchObject({ code: 'address_not_available' });
    expect(clock.armed).toBe(0);
  });

  test.each(['127.0.0.1', 'a b:1', '[::zz]:1', '127.0.0.1:65536'])('%s is not an address', async (address) => {
    await expect(made({ addresses: [address] }).listener.start()).rejects.toMatchObject({ code: 'invalid_address' });
  });

  test('beside one that works, a missing address waits and is tried again, and a taken one says so', async () => {
    const { port } = await taken();
    const clock = new ManualClock();
    const subject = made({ addresses: ['127.0.0.1:0', `${NOWHERE}:6767`, `127.0.0.1:${port}`], clock });
    await subject.listener.start();
    expect(subject.listener.state.get()).toMatchObject([
      { state: 'listening' },
      { state: 'waiting', configured: `${NOWHERE}:6767`, error: expect.stringContaining('does not have') },
      { state: 'failed', error: expect.stringContaining('already listens') },
    ]);
    const published = new Promise((resolve) => subject.listener.state.subscribe(resolve));
    clock.advance(LISTEN_RETRY_MS);
    expect(await published).toMatchObject([{}, { state: 'waiting' }, {}]);
    await subject.listener.stop();
    expect(clock.armed).toBe(0);
  });

  test('every network is listened on when asked for, with a warning for as long as it lasts', async () => {
    const port = await freePort();
    const subject = made({ addresses: [`127.0.0.1:${port}`, `0.0.0.0:${port}`] });
    await subject.listener.start();
    expect(subject.listener.state.get()).toEqual([
      { state: 'listening', configured: `127.0.0.1:${port}`, address: `0.0.0.0:${port}` },
      { state: 'listening', configured: `0.0.0.0:${port}`, address: `0.0.0.0:${port}` },
    ]);
    expect(subject.listener.warnings.get()).toEqual([expect.stringContaining(`0.0.0.0:${port}`)]);
    expect(
      subject.logger.lines.some(({ level, message }) => level === 'warn' && message.includes('every network')),
    ).toBe(true);
    await subject.listener.update([`127.0.0.1:${port}`]);
    expect(subject.listener.warnings.get()).toEqual([]);
    expect(await health(port)).toBe(200);
  });
});

describe('update', () => {
  test('binds what is new, keeps what stays with its connections, and ends what is gone', async () => {
    const subject = made({ addresses: ['127.0.0.1:0', '127.0.0.2:0'] });
    await subject.listener.start();
    const [kept, gone] = [subject.port(0), subject.port(1)];
    const ws = new WebSocket(`ws://127.0.0.1:${kept}/ws`);
    const doomed = new WebSocket(`ws://127.0.0.2:${gone}/ws`);
    await Promise.all([once(ws, 'open'), once(doomed, 'open')]);
    const [closed] = await Promise.all([
      once(doomed, 'close'),
      subject.listener.update(['127.0.0.1:0', '127.0.0.3:0']),
    ]);
    expect(closed[0]).toBe(1001);
    expect(subject.port(0)).toBe(kept);
    expect(subject.port(1)).toBeGreaterThan(0);
    expect(ws.readyState).toBe(ws.OPEN);
  });

  test('when a new address cannot be had the old ones stay', async () => {
    const { port } = await taken();
    const subject = made();
    await subject.listener.start();
    const before = subject.listener.state.get();
    const ws = new WebSocket(`ws://127.0.0.1:${subject.port()}/ws`);
    await once(ws, 'open');
    const free = await freePort();
    const update = subject.listener.update([`127.0.0.1:${free}`, `127.0.0.1:${port}`]);
    await expect(update).rejects.toMatchObject({
      code: 'address_in_use',
      message: expect.stringContaining(String(port)),
    });
    await expect(subject.listener.update([`${NOWHERE}:1`])).rejects.toMatchObject({ code: 'address_not_available' });
    await expect(subject.listener.update(['nowhere'])).rejects.toMatchObject({ code: 'invalid_address' });
    expect(subject.listener.state.get()).toEqual(before);
    expect(await health(subject.port())).toBe(200);
    expect(ws.readyState).toBe(ws.OPEN);
    expect(await isGone(free)).toBe(true);
  });

  test('tries again what could not be had before', async () => {
    const { port, server } = await taken();
    const subject = made({ addresses: ['127.0.0.1:0', `127.0.0.1:${port}`] });
    await subject.listener.start();
    await subject.listener.update(['127.0.0.1:0', `127.0.0.1:${port}`]);
    expect(subject.listener.state.get()[1]).toMatchObject({ state: 'failed' });
    await new Promise((resolve) => server.close(resolve));
    await subject.listener.update(['127.0.0.1:0', `127.0.0.1:${port}`]);
    expect(await health(port)).toBe(200);
  });

  test('an old address that is in the way of a new one gives way, and comes back when that fails', async () => {
    const port = await freePort();
    const subject = made({ addresses: [`127.0.0.1:${port}`] });
    await subject.listener.start();
    await subject.listener.update([`0.0.0.0:${port}`]);
    expect(subject.listener.state.get()).toMatchObject([{ state: 'listening', address: `0.0.0.0:${port}` }]);
    const other = createServer();
    const blocked = await freePort();
    other.listen(blocked, '127.0.0.1');
    await once(other, 'listening');
    stops.push(() => new Promise((resolve) => other.close(resolve)));
    await expect(subject.listener.update([`127.0.0.1:${port}`, `127.0.0.1:${blocked}`])).rejects.toMatchObject({
      code: 'address_in_use',
    });
    expect(subject.listener.state.get()).toMatchObject([{ state: 'listening', address: `0.0.0.0:${port}` }]);
    expect(await health(port)).toBe(200);
  });
});

describe('sockets', () => {
  test('come with their source, and carry binary frames', async () => {
    const subject = made();
    await subject.listener.start();
    const ws = new WebSocket(`ws://127.0.0.1:${subject.port()}/ws`);
    await once(ws, 'open');
    const { socket, source } = subject.sockets[0]!;
    expect(source).toBe('127.0.0.1');
    const frame = new Promise((resolve) => socket.attach({ frame: resolve, closed: () => undefined }));
    ws.send(Buffer.from('hello'));
    expect(Buffer.from((await frame) as Uint8Array).toString()).toBe('hello');
    const answer = once(ws, 'message');
    socket.send(Buffer.from('world'));
    expect(String((await answer)[0])).toBe('world');
  });

  test('a frame larger than a record ends the connection', async () => {
    const subject = made();
    await subject.listener.start();
    const ws = new WebSocket(`ws://127.0.0.1:${subject.port()}/ws`);
    await once(ws, 'open');
    ws.send(Buffer.alloc(65_535));
    ws.send(Buffer.alloc(65_536));
    expect((await once(ws, 'close'))[0]).toBe(1009);
  });

  test('of those that only hold a place the oldest gives way, so that a new one is served', async () => {
    const subject = made();
    await subject.listener.start();
    const idle = [];
    for (let n = 0; n < MAX_HTTP_SOCKETS_PER_SOURCE; n++) idle.push(await rawConnection(subject.port()));
    const first = once(idle[0]!, 'close');
    const ws = new WebSocket(`ws://127.0.0.1:${subject.port()}/ws`);
    await Promise.all([once(ws, 'open'), first]);
    expect(idle.at(-1)!.destroyed).toBe(false);
  });

  test('a flood of pings ends the connection', async () => {
    const subject = made();
    await subject.listener.start();
    const ws = new WebSocket(`ws://127.0.0.1:${subject.port()}/ws`);
    await once(ws, 'open');
    for (let n = 0; n < 200; n++) ws.ping();
    expect((await once(ws, 'close'))[0]).toBe(1006);
  });

  test('stop ends all of them and frees the port, twice if asked', async () => {
    const subject = made();
    await subject.listener.start();
    const port = subject.port();
    const ws = new WebSocket(`ws://127.0.0.1:${port}/ws`);
    const idle = await rawConnection(port);
    const mute = await rawConnection(port);
    await once(ws, 'open');
    // One that has stopped reading does not answer the close.
    mute.pause();
    const ended = Promise.all([once(ws, 'close'), once(idle, 'close')]);
    await Promise.all([subject.listener.stop(), subject.listener.stop()]);
    await ended;
    expect(await isGone(port)).toBe(true);
    expect(subject.listener.state.get()).toEqual([]);
  });
});
