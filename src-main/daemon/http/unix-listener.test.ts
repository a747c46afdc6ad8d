import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import type { MessageConnection } from '../../../src-shared/channel/message-connection.ts';
import { collectingLogger } from '../../platform/logger.ts';
import { wsMessageConnection } from '../../platform/ws-message-connection.ts';
import { openingOf, rawHttp } from './raw-http.ts';
import { UnixListener } from './unix-listener.ts';

let folder: string;
let path: string;
let listeners: UnixListener[] = [];
let accepted: MessageConnection[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'paseo-unix-'));
  path = join(folder, 'daemon.sock');
});
afterEach(async () => {
  await Promise.all(listeners.map((listener) => listener.stop()));
  listeners = [];
  accepted = [];
  await rm(folder, { recursive: true, force: true });
});

function listener(at = path): UnixListener {
  const made = new UnixListener({ path: at, onConnection: (one) => accepted.push(one), logger: collectingLogger() });
  listeners.push(made);
  return made;
}

async function client(): Promise<MessageConnection> {
  const ws = new WebSocket(`ws+unix:${path}:/ws`);
  await once(ws, 'open');
  return wsMessageConnection(ws);
}

test('carries messages both ways', async () => {
  await listener().start();
  const here = await client();
  const there = accepted[0]!;
  expect(there.path).toBe('local');
  const heard = new Promise((resolve) => there.attach({ message: resolve }));
  here.send('{"t":"hello"}');
  expect(await heard).toBe('{"t":"hello"}');
});

test.each([0o000, 0o077])('is 0600 from the start under umask %o, and leaves the umask alone', async (umask) => {
  const before = process.umask(umask);
  try {
    await listener().start();
    expect(process.umask(umask)).toBe(umask);
  } finally {
    process.umask(before);
  }
  const stats = await stat(path);
  expect(stats.isSocket()).toBe(true);
  expect(stats.mode & 0o777).toBe(0o600);
});

test.runIf(process.getuid?.() === 0)('keeps other users out', async () => {
  await chmod(folder, 0o755);
  await listener().start();
  const script = `require('net').connect(${JSON.stringify(path)}).on('connect', () => process.exit(0)).on('error', (e) => process.exit(e.code === 'EACCES' ? 13 : 1))`;
  const stranger = spawn(process.execPath, ['-e', script], { uid: 65534, gid: 65534, cwd: '/' });
  expect((await once(stranger, 'exit'))[0]).toBe(13);
  expect(accepted).toEqual([]);
});

test('answers /health, nothing else, and no web page', async () => {
  await listener().start();
  const get = (target: string, headers = '') =>
    rawHttp(path, `GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${headers}\r\n`);
  expect(await get('/health')).toMatchObject({ status: 200, body: '{"status":"ok"}' });
  expect((await get('/')).status).toBe(404);
  expect((await get('/health', 'Origin: http://localhost\r\n')).status).toBe(403);
  expect((await rawHttp(path, openingOf({ Origin: 'http://localhost' }))).status).toBe(403);
  expect((await rawHttp(path, openingOf({}, '/other'))).status).toBe(400);
  expect(accepted).toEqual([]);
});

describe('what stands at the path', () => {
  test('a socket that nobody answers on is replaced', async () => {
    const script = `require('net').createServer().listen(${JSON.stringify(path)}, () => console.log('up'))`;
    const dead = spawn(process.execPath, ['-e', script]);
    await once(dead.stdout, 'data');
    const exited = once(dead, 'exit');
    dead.kill('SIGKILL');
    await exited;
    expect((await stat(path)).isSocket()).toBe(true);
    await listener().start();
    await client();
    expect(accepted).toHaveLength(1);
  });

  test('a socket that somebody answers on is an error, and goes on', async () => {
    const other = createServer((socket) => socket.on('error', () => undefined).end('other'));
    other.listen(path);
    await once(other, 'listening');
    await expect(listener().start()).rejects.toMatchObject({
      code: 'address_in_use',
      message: expect.stringContaining(path),
    });
    expect((await stat(path)).isSocket()).toBe(true);
    await new Promise((resolve) => other.close(resolve));
  });

  test('a file, a folder or a link is left there', async () => {
    const occupied = { code: 'socket_path_occupied', message: expect.stringContaining(path) };
    await writeFile(path, 'precious');
    await expect(listener().start()).rejects.toMatchObject(occupied);
    await rm(path);
    await mkdir(path);
    await expect(listener().start()).rejects.toMatchObject(occupied);
    await rm(path, { recursive: true });
    await symlink(join(folder, 'elsewhere'), path);
    await expect(listener().start()).rejects.toMatchObject(occupied);
  });
});

test('a path of 107 bytes works, a longer one is one clear error', async () => {
  const fill = (bytes: number) => join(folder, 'x'.repeat(bytes - Buffer.byteLength(folder) - 1));
  await listener(fill(107)).start();
  expect((await stat(fill(107))).isSocket()).toBe(true);
  await expect(listener(fill(108)).start()).rejects.toMatchObject({
    code: 'socket_path_too_long',
    message: expect.stringContaining('108 bytes, at most 107'),
  });
});

test('a folder where others could replace the socket is refused, and one that is not there', async () => {
  await chmod(folder, 0o777);
  await expect(listener().start()).rejects.toMatchObject({ code: 'socket_folder_unsafe' });
  await chmod(folder, 0o1777);
  await listener().start();
  await expect(listener(join(folder, 'none', 'x.sock')).start()).rejects.toMatchObject({ code: 'listen_failed' });
});

test('stop ends connections, removes the socket and may be called twice', async () => {
  const one = listener();
  await one.start();
  const here = await client();
  await Promise.all([one.stop(), one.stop()]);
  expect(await here.closed).toMatchObject({ code: 'going-away', by: 'remote' });
  expect(here.signal.aborted).toBe(true);
  await expect(stat(path)).rejects.toMatchObject({ code: 'ENOENT' });
});
