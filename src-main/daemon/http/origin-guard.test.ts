import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { isAllowedOrigin } from './origin-guard.ts';
import { openingOf, rawHttp } from './raw-http.ts';
import { testListener } from './test-listener.ts';

const config = { allowedOrigins: ['https://app.example.com'], baseUrl: 'https://paseo.example.org/app/' };

describe('isAllowedOrigin', () => {
  const at = (localAddress: string, localPort = 6767) => ({ localAddress, localPort });

  test.each([
    ['http://localhost:6767', '127.0.0.1'],
    ['http://127.0.0.1:6767', '127.0.0.1'],
    ['http://[::1]:6767', '127.0.0.1'],
    ['http://192.168.1.20:6767', '192.168.1.20'],
    ['http://192.168.1.20:6767', '::ffff:192.168.1.20'],
    ['http://[fd7a:115c::1]:6767', 'fd7a:115c::1'],
    ['https://app.example.com', '127.0.0.1'],
    ['https://paseo.example.org', '127.0.0.1'],
  ])('lets %s in on a socket at %s', (origin, address) => {
    expect(isAllowedOrigin(origin, at(address), config)).toBe(true);
  });

  test('leaves the default port out, as browsers do', () => {
    expect(isAllowedOrigin('http://localhost', at('127.0.0.1', 80), config)).toBe(true);
    expect(isAllowedOrigin('http://localhost', at('127.0.0.1'), config)).toBe(false);
  });

  test.each([
    'null',
    '',
    'http://localhost:3000',
    'http://localhost',
    'https://localhost:6767',
    'http://LOCALHOST:6767',
    'http://localhost:6767/',
    'http://localhost.evil.com:6767',
    'http://evil.localhost:6767',
    'http://127.0.0.2:6767',
    'http://0.0.0.0:6767',
    'http://192.168.1.20:6767',
    'http://app.example.com',
    'https://app.example.com:8443',
    'https://app.example.com.evil.com',
    'https://xapp.example.com',
    'https://paseo.example.org/app/',
    'http://paseo.example.org',
    'data:',
    'file://',
    'chrome-extension://abcdef',
    '*',
  ])('keeps %j out', (origin) => {
    expect(isAllowedOrigin(origin, at('127.0.0.1'), config)).toBe(false);
  });
});

describe('over the wire', () => {
  const subject = testListener({ config });
  let port: number;
  beforeAll(async () => {
    await subject.listener.start();
    port = subject.port();
  });
  afterAll(() => subject.listener.stop());
  beforeEach(() => subject.configure(config));

  const get = (headers: string, method = 'GET', target = '/health') =>
    rawHttp(port, `${method} ${target} HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n`);

  test.each(['http://evil.example', 'null', 'http://localhost:1', 'http://localhost.evil.com', 'data:', 'file://'])(
    'an upgrade from %s gets 403 and no socket is opened',
    async (origin) => {
      const before = subject.sockets.length;
      const answer = await rawHttp(port, openingOf({ Origin: origin }));
      expect(answer).toMatchObject({ status: 403, body: '' });
      expect(subject.sockets.length).toBe(before);
    },
  );

  test('an upgrade from our own page, or without an Origin, opens a socket', async () => {
    const before = subject.sockets.length;
    expect((await rawHttp(port, openingOf({ Origin: `http://localhost:${port}` }))).status).toBe(101);
    expect((await rawHttp(port, openingOf())).status).toBe(101);
    expect(subject.sockets.length).toBe(before + 2);
  });

  test('Origin and Host that agree prove nothing', async () => {
    subject.configure({ allowedHosts: true });
    const rebound = { Host: `evil.example:${port}`, Origin: `http://evil.example:${port}` };
    expect((await rawHttp(port, openingOf(rebound))).status).toBe(403);
    const lan = { Host: `192.168.1.20:${port}`, Origin: `http://192.168.1.20:${port}` };
    expect((await rawHttp(port, openingOf(lan))).status).toBe(403);
    expect((await rawHttp(port, openingOf({ Host: `0.0.0.0:${port}`, Origin: `http://0.0.0.0:${port}` }))).status).toBe(
      403,
    );
  });

  test('two Origins are one too many', async () => {
    const own = `Origin: http://localhost:${port}\r\n`;
    expect((await get(`${own}Origin: http://evil.example\r\n`)).status).toBe(403);
    expect((await get(`${own}${own}`)).status).toBe(403);
    expect((await get('Origin: \r\n')).status).toBe(403);
  });

  test.each(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'TRACE'])(
    '%s from a foreign page gets 403',
    async (method) => {
      const answer = await get('Origin: http://evil.example\r\n', method);
      expect(answer.status).toBe(403);
      expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
      expect(answer.headers['vary']).toBe('Origin');
    },
  );

  test('simple requests with a body have no effect, with or without an Origin', async () => {
    const form = 'Content-Type: text/plain\r\nContent-Length: 2\r\n';
    expect((await get(`Origin: http://evil.example\r\n${form}`, 'POST', '/ws')).status).toBe(403);
    expect((await get(form, 'POST', '/')).status).toBe(405);
  });

  test('an allowed page may read, and is named instead of *', async () => {
    const answer = await get('Origin: https://app.example.com\r\n');
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({ 'access-control-allow-origin': 'https://app.example.com', vary: 'Origin' });
    expect(answer.headers).not.toHaveProperty('access-control-allow-credentials');
    const plain = await get('');
    expect(plain.headers).not.toHaveProperty('access-control-allow-origin');
    expect(plain.headers['vary']).toBe('Origin');
  });

  test('a preflight of an allowed page passes, but none for a private network', async () => {
    const origin = 'Origin: https://app.example.com\r\nAccess-Control-Request-Method: GET\r\n';
    const answer = await get(origin, 'OPTIONS');
    expect(answer.status).toBe(204);
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': 'https://app.example.com',
      'access-control-allow-methods': 'GET, HEAD',
    });
    const privateNetwork = await get(`${origin}Access-Control-Request-Private-Network: true\r\n`, 'OPTIONS');
    expect(privateNetwork.status).toBe(403);
    expect(Object.keys(privateNetwork.headers).filter((name) => /private-network/.test(name))).toEqual([]);
  });

  test('a changed configuration counts from the next request on', async () => {
    const foreign = 'Origin: https://new.example\r\n';
    expect((await get(foreign)).status).toBe(403);
    subject.configure({ allowedOrigins: ['https://new.example'] });
    expect((await get(foreign)).status).toBe(200);
    subject.configure({});
    expect((await get(foreign)).status).toBe(403);
  });
});

test('refusals are logged with the setting that would allow them, and a flood of them is only counted', async () => {
  const subject = testListener();
  await subject.listener.start();
  await rawHttp(subject.port(), 'GET / HTTP/1.1\r\nHost: paseo.example.com\r\n\r\n');
  await rawHttp(subject.port(), 'GET / HTTP/1.1\r\nHost: localhost\r\nOrigin: http://evil.example\r\n\r\n');
  const warnings = () => subject.logger.lines.filter(({ level }) => level === 'warn');
  expect(warnings()[0]).toMatchObject({
    fields: { host: 'paseo.example.com' },
    message: expect.stringContaining('daemon.allowedHosts'),
  });
  expect(warnings()[1]).toMatchObject({
    fields: { origin: 'http://evil.example' },
    message: expect.stringContaining('daemon.cors.allowedOrigins'),
  });
  for (let n = 0; n < 120; n++) await rawHttp(subject.port(), 'GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n');
  expect(warnings()).toHaveLength(100);
  await subject.listener.stop();
});
