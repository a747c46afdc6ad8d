import { once } from 'node:events';
import { connect } from 'node:net';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RELAY_PATHS, RelayClose } from '../../src-shared/relay/envelopes.ts';
import { createRelay } from './create-relay.ts';
import { collectingLogger } from '../platform/logger.ts';
import { TestSocket, claimed, join, joined, newSession, startRelay } from './relay-harness.ts';

let relay: Awaited<ReturnType<typeof startRelay>>;

beforeEach(async () => {
  relay = await startRelay();
});
afterEach(() => relay.stop());

/** Sends raw bytes and resolves with everything that came back until the connection closed. */
async function raw(bytes: string): Promise<string> {
  const [host, port] = relay.endpoint.split(':');
  const socket = connect({ host: host ?? '', port: Number(port) });
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  socket.on('error', () => {});
  await once(socket, 'connect');
  socket.write(bytes);
  await once(socket, 'close');
  return Buffer.concat(chunks).toString();
}

const HOST = 'Host: relay.example.com\r\n';
const KEY = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n';
const upgrade = (path: string, { version = '13', more = '', method = 'GET', key = KEY } = {}): string =>
  `${method} ${path} HTTP/1.1\r\n${HOST}Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: ${version}\r\n${key}${more}\r\n`;

describe('over HTTP', () => {
  it('answers /health with a constant body and closes', async () => {
    const answer = await raw(`GET /health HTTP/1.1\r\n${HOST}\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(answer.endsWith('\r\n\r\n{"status":"ok"}')).toBe(true);
    expect(answer).not.toMatch(/set-cookie|access-control|server:|x-powered-by/i);
  });

  it.each([
    ['another path', `GET / HTTP/1.1\r\n${HOST}\r\n`, 404],
    ['a relay path without an upgrade', `GET /v1/client HTTP/1.1\r\n${HOST}\r\n`, 404],
    ['another method', `POST /health HTTP/1.1\r\n${HOST}Content-Length: 5\r\n\r\nhello`, 405],
    ['a body that never comes', `POST / HTTP/1.1\r\n${HOST}Content-Length: 999999\r\n\r\n`, 404],
    ['no Host', 'GET /health HTTP/1.1\r\n\r\n', 400],
    [
      'both lengths',
      `POST /health HTTP/1.1\r\n${HOST}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      400,
    ],
    ['two lengths', `POST /health HTTP/1.1\r\n${HOST}Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello`, 400],
    ['a bare line feed', `GET /health HTTP/1.1\n${HOST}\r\n`, 400],
    ['a folded header', `GET /health HTTP/1.1\r\n${HOST}X-A: b\r\n c\r\n\r\n`, 400],
    ['64 KiB of headers', `GET /health HTTP/1.1\r\n${HOST}X-A: ${'b'.repeat(65_536)}\r\n\r\n`, 431],
    ['an upgrade to another path', upgrade('/v1/other'), 404],
    ['an upgrade with a query', upgrade('/v1/client?session=abc'), 404],
    ['an upgrade by POST', upgrade('/v1/client', { method: 'POST' }), 405],
    ['an upgrade of version 8', upgrade('/v1/client', { version: '8' }), 426],
    ['an upgrade of version 12', upgrade('/v1/client', { version: '12' }), 426],
    ['an upgrade without a key', upgrade('/v1/client', { key: '' }), 400],
    ['a subprotocol', upgrade('/v1/client', { more: 'Sec-WebSocket-Protocol: chat\r\n' }), 400],
  ])('refuses %s and cuts the connection', async (_name, bytes, status) => {
    expect(await raw(bytes)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  });

  it('never agrees to compress, and closes a frame that says it is compressed', async () => {
    const compressed = Buffer.from([0xc2, 0x81, 0, 0, 0, 0, 1]).toString('latin1');
    const offer = { more: 'Sec-WebSocket-Extensions: permessage-deflate\r\n' };
    const [host, port] = relay.endpoint.split(':');
    const socket = connect({ host: host ?? '', port: Number(port) });
    socket.write(upgrade('/v1/client', offer));
    const [head] = (await once(socket, 'data')) as [Buffer];
    expect(head.toString()).toMatch(/^HTTP\/1\.1 101 /);
    expect(head.toString()).not.toMatch(/Sec-WebSocket-Extensions/i);
    socket.write(compressed, 'latin1');
    const [close] = (await once(socket, 'data')) as [Buffer];
    expect([close[0], close.readUInt16BE(2)]).toEqual([0x88, 1002]);
    socket.destroy();
  });

  it('takes clients from any web page', async () => {
    const session = newSession();
    const control = await claimed(relay.endpoint, session);
    const client = await new TestSocket(relay.endpoint, 'client', { origin: 'https://anything.example' }).open();
    client.sendJson({ t: 'join', version: 1, sessionId: session.sessionId, token: session.tokens[0] });
    expect((await control.nextJson()).t).toBe('waiting');
  });

  it('closes a message of more fragments than any of ours', async () => {
    const client = await new TestSocket(relay.endpoint, 'client').open();
    for (let i = 0; i < 200; i++) client.ws.send('x', { fin: false });
    expect((await client.closed).code).toBe(1008);
  });
});

describe('random bytes', () => {
  it('after the upgrade, on every path, never take the relay down', async () => {
    const session = newSession();
    const control = await claimed(relay.endpoint, session);
    const [host = '', port] = relay.endpoint.split(':');
    const path = fc.constantFrom(...Object.values(RELAY_PATHS));
    const frame = fc
      .tuple(fc.nat(255), fc.nat(255), fc.uint8Array({ maxLength: 40 }))
      .map(([a, b, rest]) => [a, b, ...rest]);
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }).map((data) => [...data]),
      fc.array(frame, { maxLength: 4 }).map((all) => all.flat()),
    );
    await fc.assert(
      fc.asyncProperty(path, bytes, async (where, noise) => {
        const socket = connect({ host, port: Number(port) });
        socket.on('error', () => {});
        socket.write(upgrade(where));
        await once(socket, 'data');
        socket.end(Buffer.from(noise));
        socket.resume();
        await once(socket, 'close');
      }),
      { numRuns: 150 },
    );
    await join(relay.endpoint, session);
    expect((await control.nextJson()).t).toBe('waiting');
  }, 20_000);
});

describe('many strangers', () => {
  it('do not keep a paired phone out, and the oldest give way', async () => {
    const session = newSession();
    const control = await claimed(relay.endpoint, session);
    const strangers = await Promise.all(
      Array.from({ length: 600 }, () => new TestSocket(relay.endpoint, 'client').open().catch(() => null)),
    );
    const started = performance.now();
    await join(relay.endpoint, session);
    expect((await control.nextJson()).t).toBe('waiting');
    expect(performance.now() - started).toBeLessThan(2000);
    const open = strangers.filter((stranger) => stranger?.ws.readyState === stranger?.ws.OPEN);
    expect(open.length).toBeLessThanOrEqual(512);
    expect(open.length).toBeGreaterThan(400);
  }, 20_000);
});

describe('starting and stopping', () => {
  it('tells every socket that it goes away, and leaves none', async () => {
    const session = newSession();
    const control = await claimed(relay.endpoint, session);
    const { client, data } = await joined(relay.endpoint, session, control);
    const stranger = await new TestSocket(relay.endpoint, 'data').open();
    const silent = await new TestSocket(relay.endpoint, 'client').open();
    silent.ws.pause();
    await relay.stop();
    await relay.stop();
    for (const socket of [control, client, data, stranger])
      expect((await socket.closed).code).toBe(RelayClose.goingAway);
    silent.ws.resume();
    await silent.closed;
    await expect(new TestSocket(relay.endpoint, 'client').open()).rejects.toThrow('ECONNREFUSED');
  });

  it('says which address is taken, unknown or malformed', async () => {
    const started = (listen: string[]) => createRelay({ listen, names: [], logger: collectingLogger() }).start();
    await expect(started([relay.endpoint])).rejects.toMatchObject({ code: 'address_in_use' });
    await expect(started(['192.0.2.1:0'])).rejects.toMatchObject({ code: 'address_not_available' });
    await expect(started(['6768'])).rejects.toMatchObject({ code: 'bad_address' });
    // The good one of the two is not left open.
    const free = await startRelay();
    await free.stop();
    await expect(started([free.endpoint, relay.endpoint])).rejects.toMatchObject({ code: 'address_in_use' });
    await expect(new TestSocket(free.endpoint, 'client').open()).rejects.toThrow('ECONNREFUSED');
  });
});

describe('the log', () => {
  it('holds no whole session id, no token, no ticket and no address of a peer', async () => {
    const session = newSession();
    const control = await claimed(relay.endpoint, session);
    const { waiting } = await joined(relay.endpoint, session, control);
    await claimed(relay.endpoint, session);
    await control.closed;
    const log = JSON.stringify(relay.lines);
    expect(log).toContain(session.sessionId.slice(0, 6));
    for (const secret of [session.sessionId.slice(0, 7), session.tokens[0]!, waiting.ticket, waiting.tokenHash])
      expect(log).not.toContain(secret);
    expect(log.replaceAll(relay.endpoint, '')).not.toContain('127.0.0.1');
  });
});
