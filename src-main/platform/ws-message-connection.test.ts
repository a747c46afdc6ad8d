import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import type { FinCode, MessageConnection } from '../../src-shared/channel/message-connection.ts';
import { FIN_CODES } from '../../src-shared/channel/message-connection.ts';
import { EARLY_MESSAGES_LIMIT_BYTES, MAX_MESSAGE_BYTES, SOCKET_CLOSE_TIMEOUT_MS } from '../../src-shared/limits.ts';
import { ManualClock } from '../../src-shared/manual-clock.ts';
import { websocketLimits } from './websocket-limits.ts';
import { wsMessageConnection } from './ws-message-connection.ts';

let server: WebSocketServer;
let clock: ManualClock;
/** The peer, without our adapter. */
let raw: WebSocket;
let connection: MessageConnection;
beforeEach(async () => {
  server = new WebSocketServer({ port: 0, host: '127.0.0.1', ...websocketLimits(MAX_MESSAGE_BYTES, 1000) });
  await once(server, 'listening');
  clock = new ManualClock();
  const accepted = once(server, 'connection') as Promise<[WebSocket]>;
  raw = new WebSocket(`ws://127.0.0.1:${(server.address() as { port: number }).port}`);
  raw.on('error', () => undefined);
  connection = wsMessageConnection((await accepted)[0], clock);
  if (raw.readyState !== raw.OPEN) await once(raw, 'open');
});
afterEach(async () => {
  raw.terminate();
  for (const ws of server.clients) ws.terminate();
  await new Promise((resolve) => server.close(resolve));
});

function next(count: number): Promise<string[]> {
  return new Promise((resolve) => {
    const texts: string[] = [];
    connection.attach({
      message: (text) => {
        texts.push(text);
        if (texts.length === count) resolve(texts);
      },
    });
  });
}

test('keeps what came before anybody attached, in order', async () => {
  raw.send('one');
  raw.send('zwei €');
  // The pong comes after both were received.
  raw.ping();
  await once(raw, 'pong');
  raw.send('three');
  expect(await next(3)).toEqual(['one', 'zwei €', 'three']);
});

test('ends a peer that sends too much before anybody attached', async () => {
  const piece = 'x'.repeat(1024 * 1024);
  for (let sent = 0; sent <= EARLY_MESSAGES_LIMIT_BYTES; sent += piece.length) raw.send(piece);
  expect(await connection.closed).toMatchObject({ code: 'too-large', by: 'local' });
});

test('sends text, and refuses what is larger than a message may be', async () => {
  const message = once(raw, 'message');
  connection.send('{"a":"€"}', 'lane');
  const [data, isBinary] = (await message) as [Buffer, boolean];
  expect([String(data), isBinary]).toEqual(['{"a":"€"}', false]);
  expect(() => connection.send('€'.repeat(MAX_MESSAGE_BYTES / 3 + 1))).toThrow(
    expect.objectContaining({ code: 'message_too_large' }),
  );
  expect(connection.signal.aborted).toBe(false);
});

describe('the end', () => {
  test.each(Object.keys(FIN_CODES) as FinCode[])('%s travels to the other side', async (code) => {
    const ws = new WebSocket(`ws://127.0.0.1:${(server.address() as { port: number }).port}`);
    const [[accepted]] = (await Promise.all([once(server, 'connection'), once(ws, 'open')])) as unknown as [
      [WebSocket],
    ];
    const [here, there] = [wsMessageConnection(ws, clock), wsMessageConnection(accepted, clock)];
    await Promise.all([here.close(code), here.close('fin')]);
    expect(await here.closed).toEqual({ code, by: 'local' });
    expect(await there.closed).toEqual({ code, by: 'remote' });
    expect(there.signal.reason).toMatchObject({ name: 'ConnectionEndedError', code, reason: { code, by: 'remote' } });
    expect(clock.armed).toBe(0);
  });

  test('a code that is not known is a fin', async () => {
    raw.close(4999);
    expect(await connection.closed).toEqual({ code: 'fin', by: 'remote' });
  });

  test('a connection that breaks is interrupted', async () => {
    raw.terminate();
    expect(await connection.closed).toMatchObject({ code: 'interrupted', by: 'remote' });
    connection.send('ignored');
    await connection.close('fin');
    expect(await connection.closed).toMatchObject({ code: 'interrupted' });
  });

  test('a binary frame breaks the rules', async () => {
    raw.send(Buffer.from('{}'));
    expect(await connection.closed).toMatchObject({ code: 'protocol', by: 'local' });
  });

  test('a message above the limit is too large', async () => {
    raw.send('x'.repeat(MAX_MESSAGE_BYTES + 1));
    expect(await connection.closed).toMatchObject({ code: 'too-large', by: 'local' });
  });

  test('text that is not UTF-8 breaks the rules', async () => {
    // A masked text frame of one byte, 0xff.
    (raw as unknown as { _socket: { write(data: Buffer): void } })._socket.write(
      Buffer.from([0x81, 0x81, 0, 0, 0, 0, 0xff]),
    );
    expect(await connection.closed).toMatchObject({ code: 'protocol', by: 'local' });
  });

  test('a peer that does not finish closing is cut off', async () => {
    raw.pause();
    const ended = connection.close('revoked');
    expect(clock.armed).toBe(1);
    clock.advance(SOCKET_CLOSE_TIMEOUT_MS);
    await ended;
    expect(await connection.closed).toEqual({ code: 'revoked', by: 'local' });
  });

  test('a peer that does not read is ended before it fills the memory', async () => {
    raw.pause();
    const piece = 'x'.repeat(MAX_MESSAGE_BYTES);
    for (let n = 0; n < 8 && !connection.signal.aborted; n++) connection.send(piece);
    expect(await connection.closed).toMatchObject({ code: 'too-slow', by: 'local' });
    expect(connection.bufferedAmount()).toBeLessThanOrEqual(5 * MAX_MESSAGE_BYTES);
  });
});
