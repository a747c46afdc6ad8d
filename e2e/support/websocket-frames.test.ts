import { createServer } from 'node:net';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { RelayTap } from './relay-tap.ts';

describe('the wire tap', () => {
  it('passes traffic on and reads masked and long payloads of both directions', async () => {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    await once(server, 'listening');
    server.on('connection', (socket) => socket.on('message', (data: Buffer) => socket.send(`echo ${data.toString()}`)));
    const address = server.address();
    if (typeof address === 'string' || address === null) throw new Error('no port');
    const tap = new RelayTap(address.port);
    const client = new WebSocket(`ws://127.0.0.1:${await tap.start()}/path-canary`);
    await once(client, 'open');
    const long = 'x'.repeat(70_000);
    for (const text of ['short-canary', `${long}long-canary`]) {
      client.send(text);
      await once(client, 'message');
    }
    const seen = tap.transcript().toString('latin1');
    for (const wanted of ['/path-canary', 'short-canary', 'echo short-canary', `${long}long-canary`, 'echo xxx'])
      expect(seen.includes(wanted)).toBe(true);
    client.terminate();
    await tap.stop();
    await new Promise((resolve) => server.close(resolve));
  });

  it('ends a client when the relay is not there', async () => {
    const free = createServer();
    await new Promise<void>((resolve) => free.listen(0, '127.0.0.1', resolve));
    const address = free.address();
    if (typeof address === 'string' || address === null) throw new Error('no port');
    await new Promise((resolve) => free.close(resolve));
    const tap = new RelayTap(address.port);
    const client = new WebSocket(`ws://127.0.0.1:${await tap.start()}/`);
    const [error] = (await once(client, 'error')) as [Error];
    expect(error.message).toMatch(/socket hang up|ECONNRESET/);
    await tap.stop();
  });
});
