import { describe, expect, it } from 'vitest';
import { createNodeProvider } from '../../src-main/platform/node-crypto.ts';
import { concat, fromUtf8 } from '../bytes.ts';
import {
  CHANNEL_BUFFER_LIMIT_BYTES,
  CHUNK_LOW_WATER_BYTES,
  DRAIN_POLL_MS,
  MAX_MESSAGE_BYTES,
  MAX_OPEN_TRANSFERS,
} from '../limits.ts';
import { SOCKET_CLOSE } from './frame-socket.ts';
import { FIN_CODES } from './message-connection.ts';
import { RawPeer } from './raw-peer.ts';
import type { ChannelRecord } from './record.ts';
import { CHUNK_DATA_BYTES, FIRST_CHUNK_DATA_BYTES, firstChunkHeader, u32 } from './transfer-format.ts';

const provider = createNodeProvider();
const big = (letter: string) => letter.repeat(200_000);

/** A channel whose socket takes one chunk and then reports itself full. */
function slowPeer() {
  const peer = new RawPeer(provider).listen();
  peer.socket.buffered = CHUNK_LOW_WATER_BYTES;
  return peer;
}

/** Lets one chunk out. */
function step(peer: RawPeer): string[] {
  const before = peer.frames.length;
  const take = peer.socket.bufferedAmount.bind(peer.socket);
  peer.socket.bufferedAmount = () => (peer.frames.length > before ? CHUNK_LOW_WATER_BYTES : 0);
  peer.clock.advance(DRAIN_POLL_MS);
  peer.socket.bufferedAmount = take;
  return peer.received().map(label);
}

function label({ type, data }: ChannelRecord): string {
  if (type === 'message') return data.length > 8 ? `message ${data.length}` : fromUtf8(data);
  return `${type} ${new DataView(data.buffer, data.byteOffset).getUint32(0)}`;
}

describe('a large message under way', () => {
  it('lets later small messages pass after one record at most', () => {
    const peer = slowPeer();
    peer.channel.send(big('a'));
    expect(step(peer)).toEqual(['chunk-first 1']);
    peer.channel.send('small');
    expect(peer.received().map(label)).toEqual(['small']);
    expect(step(peer)).toEqual(['chunk 1']);
  });

  it('takes turns with other large ones, of which four are under way at once', () => {
    const peer = slowPeer();
    for (const letter of 'abcde') peer.channel.send(big(letter));
    const rounds = Array.from({ length: 20 }, () => step(peer)).flat();
    expect(rounds.slice(0, 8)).toEqual([
      ...[1, 2, 3, 4].map((n) => `chunk-first ${n}`),
      ...[1, 2, 3, 4].map((n) => `chunk ${n}`),
    ]);
    expect(rounds.indexOf('chunk-first 5')).toBeGreaterThan(rounds.lastIndexOf('chunk 1'));
    expect(rounds).toHaveLength(20);
  });

  it('holds back what follows in its own lane, and nothing else', () => {
    const peer = slowPeer();
    peer.channel.send(big('a'), 'agent 1');
    peer.channel.send('after', 'agent 1');
    peer.channel.send('other', 'agent 2');
    expect(peer.received().map(label)).toEqual(['other']);
    const rest = Array.from({ length: 4 }, () => step(peer)).flat();
    expect(rest).toEqual(['chunk-first 1', 'chunk 1', 'chunk 1', 'chunk 1', 'after']);
  });

  it('counts as buffered until it is sent, and goes on when the socket says it drained', () => {
    const peer = slowPeer();
    peer.channel.send(big('a'));
    expect(peer.channel.bufferedAmount()).toBe(200_000 + CHUNK_LOW_WATER_BYTES);
    peer.socket.drain();
    expect(peer.channel.bufferedAmount()).toBe(0);
    expect(peer.received()).toHaveLength(4);
  });

  it('is dropped by close, which still says why', async () => {
    const peer = slowPeer();
    peer.channel.send(big('a'));
    step(peer);
    await peer.channel.close('going-away');
    expect(peer.received()).toEqual([{ type: 'fin', data: Uint8Array.of(FIN_CODES['going-away']) }]);
    expect(peer.clock.armed).toBe(0);
  });

  it('never makes a channel hold more than its limit for a peer that does not read', async () => {
    const peer = slowPeer();
    for (let n = 0; n <= CHANNEL_BUFFER_LIMIT_BYTES / MAX_MESSAGE_BYTES; n++)
      peer.channel.send('x'.repeat(MAX_MESSAGE_BYTES));
    expect(await peer.channel.closed).toEqual({ code: 'too-slow', by: 'local' });
    expect(peer.channel.bufferedAmount()).toBe(CHUNK_LOW_WATER_BYTES);
  });
});

describe('chunks from a peer', () => {
  const first = (stream: number, total: number, length = FIRST_CHUNK_DATA_BYTES) =>
    concat(firstChunkHeader(stream, total), new Uint8Array(length).fill(0x78));
  const next = (stream: number, length = CHUNK_DATA_BYTES) => concat(u32(stream), new Uint8Array(length).fill(0x79));

  it('of several messages may be mixed', () => {
    const peer = new RawPeer(provider).listen();
    const total = FIRST_CHUNK_DATA_BYTES + CHUNK_DATA_BYTES + 1;
    peer.send('chunk-first', first(7, total));
    peer.send('chunk-first', first(9, total));
    for (const stream of [9, 7]) peer.send('chunk', next(stream));
    for (const stream of [9, 7]) peer.send('chunk', next(stream, 1));
    expect(peer.messages.map((message) => message.length)).toEqual([total, total]);
  });

  it('that announce more than 8 MiB are refused at once, in encrypted words', async () => {
    const peer = new RawPeer(provider).listen();
    const before = process.memoryUsage().arrayBuffers;
    peer.send('chunk-first', first(1, 0xffff_ffff));
    expect(await peer.channel.closed).toEqual({ code: 'too-large', by: 'local' });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(MAX_MESSAGE_BYTES);
    expect(peer.received()).toEqual([{ type: 'fin', data: Uint8Array.of(FIN_CODES['too-large']) }]);
  });

  it('of exactly 8 MiB are accepted', () => {
    const peer = new RawPeer(provider).listen();
    peer.send('chunk-first', first(1, MAX_MESSAGE_BYTES));
    let left = MAX_MESSAGE_BYTES - FIRST_CHUNK_DATA_BYTES;
    for (; left > 0; left -= CHUNK_DATA_BYTES) peer.send('chunk', next(1, Math.min(left, CHUNK_DATA_BYTES)));
    expect(peer.messages.map((message) => message.length)).toEqual([MAX_MESSAGE_BYTES]);
  });

  const total = 200_000;
  it.each<[string, (peer: RawPeer) => void]>([
    ['of a stream that was not begun', (peer) => peer.send('chunk', next(1))],
    ['of a stream that was begun twice', (peer) => [1, 2].forEach(() => peer.send('chunk-first', first(1, total)))],
    ['of a message that fits into a record', (peer) => peer.send('chunk-first', first(1, 1000, 1000))],
    ['of nothing', (peer) => peer.send('chunk-first', first(1, 0, 0))],
    ['that are not full', (peer) => peer.send('chunk-first', first(1, total, 100))],
    ['that are empty', (peer) => (peer.send('chunk-first', first(1, total)), peer.send('chunk', next(1, 0)))],
    [
      'that exceed their total',
      (peer) => (peer.send('chunk-first', first(1, FIRST_CHUNK_DATA_BYTES + 9)), peer.send('chunk', next(1, 10))),
    ],
    ['without a header', (peer) => peer.send('chunk-first', new Uint8Array(7))],
    ['without a stream', (peer) => peer.send('chunk', new Uint8Array(3))],
    [
      'of too many streams',
      (peer) => Array.from({ length: MAX_OPEN_TRANSFERS + 1 }, (_, n) => peer.send('chunk-first', first(n, total))),
    ],
  ])('%s end the channel', async (_, misbehave) => {
    const peer = new RawPeer(provider).listen();
    misbehave(peer);
    expect(await peer.channel.closed).toMatchObject({ code: 'protocol', by: 'local' });
    expect([peer.closes, peer.messages, peer.frames]).toEqual([[SOCKET_CLOSE.failed], [], []]);
  });
});
