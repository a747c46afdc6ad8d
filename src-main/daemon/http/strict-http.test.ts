import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HTTP_HEADERS_TIMEOUT_MS } from '../limits.ts';
import { collectingLogger } from '../../platform/logger.ts';
import { firstAnswer, openingOf, rawConnection, rawHttp } from './raw-http.ts';
import { StrictServer } from './strict-server.ts';
import { testListener } from './test-listener.ts';

let folder: string;
let port: number;
let subject: ReturnType<typeof testListener>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'paseo-web-'));
  const root = join(folder, 'web');
  await mkdir(join(root, 'assets', 'deep'), { recursive: true });
  await writeFile(join(folder, 'secret.txt'), 'secret');
  await writeFile(join(root, 'index.html'), '<!doctype html><title>Paseo</title>');
  await writeFile(join(root, '.hidden'), 'secret');
  await writeFile(join(root, 'manifest.webmanifest'), '{}');
  await writeFile(join(root, 'assets', 'app-1a2b.js'), 'let a;');
  await writeFile(join(root, 'assets', 'deep', 'x.css'), '');
  await symlink(join(folder, 'secret.txt'), join(root, 'link.txt'));
  await symlink(folder, join(root, 'out'));
  subject = testListener({ webRoot: root });
  await subject.listener.start();
  port = subject.port();
});
afterAll(async () => {
  await subject.listener.stop();
  await rm(folder, { recursive: true, force: true });
});

const get = (target: string, method = 'GET') =>
  rawHttp(port, `${method} ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);

describe('what is there', () => {
  test('/health says one constant thing', async () => {
    const answer = await get('/health');
    expect(answer).toMatchObject({ status: 200, body: '{"status":"ok"}' });
    expect(Object.keys(answer.headers).toSorted()).not.toContain('server');
    expect((await get('/health', 'HEAD')).body).toBe('');
  });

  test('/ is the web client, under a strict policy', async () => {
    const { status, headers, body } = await get('/?any=query');
    expect(status).toBe(200);
    expect(body).toContain('<title>Paseo</title>');
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-cache',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
    });
    const policy = headers['content-security-policy']!;
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self' ws: wss:;");
    expect(policy).toContain("base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe');
  });

  test('files of the build have their types, and hashed ones are kept for good', async () => {
    expect((await get('/assets/app-1a2b.js')).headers).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
    });
    expect((await get('/assets/deep/x.css')).headers['content-type']).toBe('text/css; charset=utf-8');
    expect((await get('/manifest.webmanifest')).headers).toMatchObject({
      'content-type': 'application/manifest+json; charset=utf-8',
      'cache-control': 'no-cache',
    });
  });

  test.each([
    '/nothing',
    '/assets',
    '/assets/',
    '//evil.com/',
    '/../secret.txt',
    '/assets/../../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/..\\secret.txt',
    '/assets/..%5c..%5csecret.txt',
    '/.hidden',
    '/link.txt',
    '/out/secret.txt',
    '/index.html%00.js',
    '/index.html/',
    '/C:/secret.txt',
    '/etc/passwd',
    '/api/agents',
    '/metrics',
    '/debug',
    '/health/',
  ])('%s is not there', async (target) => {
    const answer = await get(target);
    expect(answer).toMatchObject({ status: 404, body: 'Not Found\n' });
  });

  test.each(['POST', 'PUT', 'DELETE', 'PATCH', 'TRACE', 'PROPFIND'])('%s is not allowed', async (method) => {
    const answer = await get('/', method);
    expect(answer).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD, OPTIONS', connection: 'close' } });
  });

  test('/ws without an upgrade asks for one', async () => {
    expect(await get('/ws')).toMatchObject({ status: 426, headers: { upgrade: 'websocket' } });
  });

  test('a build that is missing says how to make it', async () => {
    const unbuilt = testListener({ webRoot: join(folder, 'nowhere') });
    await unbuilt.listener.start();
    const answer = await rawHttp(unbuilt.port(), 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    expect(answer).toMatchObject({ status: 503, body: expect.stringContaining('npm run build') });
    await unbuilt.listener.stop();
  });
});

describe('what two programs could read in two ways gets 400 and the end', () => {
  const host = 'Host: localhost\r\n';
  test.each([
    [
      'content length and chunks',
      `POST / HTTP/1.1\r\n${host}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    ],
    ['two lengths', `POST / HTTP/1.1\r\n${host}Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd`],
    ['a body on GET', `GET /health HTTP/1.1\r\n${host}Content-Length: 3\r\n\r\nabc`],
    ['chunks on GET', `GET /health HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    ['bare line feeds', `GET /health HTTP/1.1\nHost: localhost\n\n`],
    ['one bare line feed', `GET /health HTTP/1.1\r\nHost: localhost\nX: y\r\n\r\n`],
    ['a bare carriage return', `GET /health HTTP/1.1\r\nHost: localhost\rX: y\r\n\r\n`],
    ['a folded header', `GET /health HTTP/1.1\r\n${host} evil.com\r\n\r\n`],
    ['a space before a colon', `GET /health HTTP/1.1\r\nHost : localhost\r\n\r\n`],
    ['a control character', `GET /health HTTP/1.1\r\n${host}X: \x01\r\n\r\n`],
    ['a NUL', `GET /health HTTP/1.1\r\n${host}X: a\0b\r\n\r\n`],
    ['another scheme', `GET https://localhost/health HTTP/1.1\r\n${host}\r\n`],
    ['another authority', `GET http://localhost:1/health HTTP/1.1\r\n${host}\r\n`],
    ['no HTTP at all', `\x16\x03\x01\x02\x00\x01`],
  ])('%s', async (_what, bytes) => {
    const answer = await rawHttp(port, bytes);
    expect(answer.status).toBe(400);
    expect(answer.headers['connection']).toBe('close');
  });

  test('the absolute form that agrees with Host is the same request', async () => {
    expect((await rawHttp(port, `GET http://localhost/health HTTP/1.1\r\n${host}\r\n`)).status).toBe(200);
  });

  test('other versions of HTTP', async () => {
    expect((await rawHttp(port, `GET /health HTTP/2.0\r\n${host}\r\n`)).status).toBe(505);
    expect((await rawHttp(port, 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')).status).not.toBe(200);
    expect((await rawHttp(port, `GET /health HTTP/1.0\r\n${host}\r\n`)).status).toBe(200);
    expect((await rawHttp(port, `GET /health\r\n\r\n`)).status).not.toBe(200);
  });

  test('the second request of a pipeline is guarded like the first', async () => {
    const socket = await rawConnection(port);
    socket.write(`GET /nothing HTTP/1.1\r\n${host}\r\nGET /health HTTP/1.1\r\nHost: evil.example\r\n\r\n`);
    let text = '';
    for await (const piece of socket) text += String(piece);
    expect(text).not.toContain('"ok"');
  });
});

describe('too much', () => {
  test.each([
    ['a header of 64 KiB', `X: ${'x'.repeat(64 * 1024)}\r\n`],
    ['2,000 headers', 'a:b\r\n'.repeat(2000)],
    ['101 headers', 'a:b\r\n'.repeat(100)],
    ['a path of 64 KiB', ''],
  ])('%s gets 431', async (what, headers) => {
    const target = what.startsWith('a path') ? `/${'x'.repeat(64 * 1024)}` : '/health';
    const answer = await rawHttp(port, `GET ${target} HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n`);
    expect(answer.status).toBe(431);
    expect((await get('/health')).status).toBe(200);
  });

  test('an Origin behind a hundred headers is seen', async () => {
    const bytes = `GET /ws HTTP/1.1\r\nHost: localhost\r\n${'a:b\r\n'.repeat(2000)}Origin: http://evil.example\r\n\r\n`;
    expect((await rawHttp(port, bytes)).status).toBe(431);
  });

  test('a head that never ends is cut off in time', async () => {
    expect(HTTP_HEADERS_TIMEOUT_MS).toBeLessThanOrEqual(10_000);
    const server = new StrictServer({
      check: () => ({ ok: true, target: '/health', origin: null }),
      pages: null,
      maxPayload: 1,
      logger: collectingLogger(),
      headersTimeoutMs: 500,
      onWebSocket: (ws) => ws.terminate(),
    });
    await server.listen({ host: '127.0.0.1', port: 0 });
    const socket = await rawConnection(server.address()!.port);
    socket.write('GET /health HTTP/1.1\r\nHost: localhost\r\n');
    const trickle = setInterval(() => socket.write('X: y\r\n'), 50);
    const { status } = await firstAnswer(socket);
    clearInterval(trickle);
    expect(status).toBe(408);
    await server.stop();
  });
});

describe('an upgrade', () => {
  test.each<[string, number, Record<string, string | null>, string?]>([
    ['to another path', 400, {}, '/other'],
    ['to a path below', 400, {}, '/ws/'],
    ['with a subprotocol', 400, { 'Sec-WebSocket-Protocol': 'paseo' }],
    ['of version 8', 426, { 'Sec-WebSocket-Version': '8' }],
    ['of no version', 426, { 'Sec-WebSocket-Version': null }],
    ['to HTTP/2', 426, { Upgrade: 'h2c' }],
    ['without a key', 400, { 'Sec-WebSocket-Key': null }],
    ['with a short key', 400, { 'Sec-WebSocket-Key': 'AAAA' }],
    ['with a body', 400, { 'Content-Length': '5' }],
  ])('%s gets %i', async (_what, status, headers, target) => {
    const before = subject.sockets.length;
    expect((await rawHttp(port, openingOf(headers, target))).status).toBe(status);
    expect(subject.sockets.length).toBe(before);
  });

  test('never negotiates compression', async () => {
    const answer = await rawHttp(port, openingOf({ 'Sec-WebSocket-Extensions': 'permessage-deflate' }));
    expect(answer.status).toBe(101);
    expect(answer.headers).not.toHaveProperty('sec-websocket-extensions');
  });

  test('two thousand refused ones leave nothing behind', async () => {
    const rounds = Array.from({ length: 20 }, (_, n) => n);
    for (const round of rounds) {
      const target = round % 2 ? '/other' : '/ws';
      const tries = Array.from({ length: 100 }, () =>
        rawHttp(port, openingOf({ 'Sec-WebSocket-Version': '8' }, target)),
      );
      for (const { status } of await Promise.all(tries)) expect([400, 426]).toContain(status);
    }
    // Stopping waits for every connection; one that was forgotten would hold it.
    const other = testListener();
    await other.listener.start();
    await rawHttp(other.port(), openingOf({}, '/other'));
    await other.listener.stop();
  });
});
