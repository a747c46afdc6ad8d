import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { parseDisplay, x11SelectionOwned } from './x11-selection.ts';

const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).toReversed()) await step();
});

const ATOM = 321;

/** Speaks as much of the X protocol as is asked of it, in small pieces. Remembers the cookie and the name it was given. */
async function fakeServer(owner: number) {
  const seen = { cookie: '', selection: '' };
  const server: Server = createServer((socket) => {
    let step = 0;
    const send = (bytes: Buffer): void => {
      for (const byte of bytes) socket.write(Buffer.from([byte]));
    };
    socket.on('data', (data) => {
      step += 1;
      if (step === 1) {
        seen.cookie = data.subarray(-16).toString('hex');
        send(Buffer.from([1, 0, 11, 0, 0, 0, 2, 0, ...Buffer.alloc(8)]));
      } else if (step === 2) {
        seen.selection = data.toString('latin1', 8, 8 + data.readUInt16LE(4));
        send(reply(seen.selection === '_NET_SYSTEM_TRAY_S0' ? ATOM : 0));
      } else send(reply(data.readUInt32LE(4) === ATOM ? owner : 0));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanUp.push(() => new Promise((resolve) => server.close(resolve)));
  const number = (server.address() as AddressInfo).port - 6000;
  return { seen, display: { host: '127.0.0.1', number, screen: 0 } };
}

function reply(value: number): Buffer {
  const bytes = Buffer.alloc(32);
  bytes[0] = 1;
  bytes.writeUInt32LE(value, 8);
  return bytes;
}

async function authorityFile(display: number): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'paseo-x-'));
  cleanUp.push(() => rm(folder, { recursive: true, force: true }));
  const field = (bytes: Buffer): Buffer => Buffer.concat([Buffer.from([0, bytes.length]), bytes]);
  const entry = (number: string, cookie: Buffer): Buffer =>
    Buffer.concat([
      Buffer.from([1, 0]),
      ...[Buffer.from('host'), Buffer.from(number), Buffer.from('MIT-MAGIC-COOKIE-1'), cookie].map(field),
    ]);
  const file = join(folder, 'Xauthority');
  await writeFile(file, Buffer.concat([entry('1', Buffer.alloc(16, 1)), entry(String(display), Buffer.alloc(16, 7))]));
  return file;
}

const signal = () => AbortSignal.timeout(5000);

describe('x11SelectionOwned', () => {
  test('says whether a program owns the selection, and shows the display’s cookie', async () => {
    const { seen, display } = await fakeServer(99);
    const file = await authorityFile(display.number);
    expect(await x11SelectionOwned(display, '_NET_SYSTEM_TRAY_S0', { authorityFile: file, signal: signal() })).toBe(
      true,
    );
    expect(seen).toEqual({ cookie: '07'.repeat(16), selection: '_NET_SYSTEM_TRAY_S0' });
  });

  test('says no when nobody owns it, and when its name was never heard of', async () => {
    const { display } = await fakeServer(0);
    const options = { authorityFile: null, signal: signal() };
    expect(await x11SelectionOwned(display, '_NET_SYSTEM_TRAY_S0', options)).toBe(false);
    expect(await x11SelectionOwned(display, 'OTHER', options)).toBe(false);
  });

  test('rejects when the server is silent or gone', async () => {
    const silent = createServer((socket) => socket.resume());
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const display = { host: '127.0.0.1', number: (silent.address() as AddressInfo).port - 6000, screen: 0 };
    const options = { authorityFile: null, signal: AbortSignal.timeout(50) };
    await expect(x11SelectionOwned(display, 'X', options)).rejects.toThrow('did not answer in time');
    await new Promise((resolve) => silent.close(resolve));
    await expect(x11SelectionOwned(display, 'X', { ...options, signal: signal() })).rejects.toThrow('ECONNREFUSED');
  });
});

describe('parseDisplay', () => {
  test('reads local and remote displays, and refuses what is none', () => {
    expect(parseDisplay(':0')).toEqual({ host: '', number: 0, screen: 0 });
    expect(parseDisplay('unix:1.2')).toEqual({ host: '', number: 1, screen: 2 });
    expect(parseDisplay('localhost:10.0')).toEqual({ host: 'localhost', number: 10, screen: 0 });
    expect(parseDisplay('')).toBeNull();
    expect(parseDisplay('/tmp/x:0')).toBeNull();
  });
});
