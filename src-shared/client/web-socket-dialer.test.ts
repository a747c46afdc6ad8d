import { createServer, type Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { toBase64url } from '../bytes.ts';
import type { FrameSocket, SocketCloseInfo } from '../channel/frame-socket.ts';
import { deferred } from '../deferred.ts';
import { DIAL_TIMEOUT_MS, MAX_HANDSHAKE_BYTES } from '../limits.ts';
import { ManualClock } from '../manual-clock.ts';
import { webSocketDialer } from './web-socket-dialer.ts';

let server: WebSocketServer;
let address: string;
const clock = new ManualClock();
const dial = webSocketDialer((url) => new WebSocket(url, { perMessageDeflate: false }), clock);

beforeEach(async () => {
  server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await new Promise((resolve) => server.once('listening', resolve));
  address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  for (const client of server.clients) client.terminate();
  await new Promise((resolve) => server.close(resolve));
  expect(clock.armed).toBe(0);
});

describe('dialling with a WebSocket', () => {
  it("carries binary frames both ways on the daemon's path", async () => {
    const path = deferred<string | undefined>();
    server.on('connection', (peer, request) => {
      path.resolve(request.url);
      peer.on('message', (data: Buffer) => peer.send(Buffer.concat([data, data])));
    });
    const socket = await dial.direct({ address, tls: false }, signal());
    const heard = frames(socket);
    socket.send(Uint8Array.of(1, 2));
    expect(await heard.next()).toEqual(Uint8Array.of(1, 2, 1, 2));
    expect(await path.promise).toBe('/ws');
    socket.close(1000, '');
    await heard.closed;
  });

  it('shows session and token to a relay in the first message, never in the address', async () => {
    const seen = deferred<{ url: string | undefined; text: string }>();
    server.on('connection', (peer, request) =>
      peer.once('message', (data: Buffer, binary) => {
        if (!binary) seen.resolve({ url: request.url, text: data.toString() });
      }),
    );
    const [sessionId, token] = ['a'.repeat(32), toBase64url(new Uint8Array(32))];
    const socket = await dial.relay({ endpoint: address, tls: false, sessionId, token }, signal());
    const { url, text } = await seen.promise;
    expect(url).toBe('/v1/client');
    expect(JSON.parse(text)).toEqual({ t: 'join', version: 1, sessionId, token });
    const { closed } = frames(socket);
    socket.close(1000, '');
    await closed;
  });

  it('keeps frames that come before anybody listens, but not many', async () => {
    let size = MAX_HANDSHAKE_BYTES;
    const [pong, closed] = [deferred<void>(), deferred<number>()];
    server.on('connection', (peer) => {
      peer.send(new Uint8Array(size));
      // The answer to a ping shows that the frame has arrived.
      peer.ping();
      peer.on('pong', () => pong.resolve());
      if (size > MAX_HANDSHAKE_BYTES) peer.on('close', (code) => closed.resolve(code));
    });
    const socket = await dial.direct({ address, tls: false }, signal());
    await pong.promise;
    const heard = frames(socket);
    expect(await heard.next()).toHaveLength(size);
    socket.close(1000, '');
    await heard.closed;
    size++;
    const flooded = await dial.direct({ address, tls: false }, signal());
    expect(await closed.promise).toBe(4400);
    await frames(flooded).closed;
  });

  it('ends a connection on a text frame', async () => {
    const peer = deferred<WebSocket>();
    server.on('connection', (socket) => peer.resolve(socket));
    const socket = await dial.direct({ address, tls: false }, signal());
    const { closed } = frames(socket);
    const code = deferred<number>();
    (await peer.promise).on('close', (reason) => code.resolve(reason));
    (await peer.promise).send('plain text');
    expect(await code.promise).toBe(4400);
    await closed;
  });

  it('tells the close code, also to somebody who listens later', async () => {
    server.on('connection', (peer) => peer.close(4404));
    const socket = await dial.direct({ address, tls: false }, signal());
    expect(await frames(socket).closed).toMatchObject({ code: 4404 });
    expect(await frames(socket).closed).toMatchObject({ code: 4404 });
  });

  it('says when nothing answers, when the page forbids it, and when it is given up', async () => {
    await expect(dial.direct({ address: '127.0.0.1:1', tls: false }, signal())).rejects.toMatchObject({
      code: 'unreachable',
    });
    const forbidden = webSocketDialer(() => {
      throw new Error('mixed content');
    }, clock);
    await expect(forbidden.direct({ address, tls: false }, signal())).rejects.toMatchObject({
      code: 'blocked_by_page',
    });
    const giveUp = new AbortController();
    giveUp.abort();
    await expect(dial.direct({ address, tls: false }, giveUp.signal)).rejects.toMatchObject({ code: 'aborted' });
  });

  it('gives up a server that accepts and then says nothing', async () => {
    const sockets = new Set<{ destroy(): void }>();
    const connected = deferred<void>();
    const silent: Server = createServer((socket) => {
      sockets.add(socket);
      connected.resolve();
    });
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const port = (silent.address() as AddressInfo).port;
    const dialled = dial.direct({ address: `127.0.0.1:${port}`, tls: false }, signal());
    dialled.catch(() => undefined);
    await connected.promise;
    clock.advance(DIAL_TIMEOUT_MS);
    await expect(dialled).rejects.toMatchObject({ code: 'unreachable' });
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => silent.close(resolve));
    clock.advance(DIAL_TIMEOUT_MS);
  });
});

function signal(): AbortSignal {
  return new AbortController().signal;
}

function frames(socket: FrameSocket) {
  const waiting: Uint8Array[] = [];
  let arrived: () => void = () => undefined;
  const closed = deferred<SocketCloseInfo>();
  socket.attach({
    frame: (data) => {
      waiting.push(data);
      arrived();
    },
    closed: (info) => closed.resolve(info),
  });
  const next = async (): Promise<Uint8Array> => {
    while (waiting.length === 0) await new Promise<void>((resolve) => (arrived = resolve));
    return waiting.shift()!;
  };
  return { next, closed: closed.promise };
}
