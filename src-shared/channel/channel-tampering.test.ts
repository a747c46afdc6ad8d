import { describe, expect, it } from 'vitest';
import { createNodeProvider } from '../../src-main/platform/node-crypto.ts';
import { concat, utf8 } from '../bytes.ts';
import { SOCKET_CLOSE } from './frame-socket.ts';
import { RawPeer } from './raw-peer.ts';
import { encodeRecord } from './record.ts';

// Hundreds of handshakes in one test, on a machine that may be busy.
const provider = createNodeProvider();

function frameOf(peer: RawPeer, text: string): Uint8Array {
  return peer.cipher.seal(encodeRecord('message', utf8(text))) as Uint8Array;
}

/** The channel ended with one generic code, delivered only what is listed, and sent nothing. */
async function expectFailed(peer: RawPeer, messages: string[] = []): Promise<void> {
  expect(await peer.channel.closed).toMatchObject({ code: 'protocol', by: 'local' });
  expect({ closes: peer.closes, messages: peer.messages, frames: peer.frames }).toEqual({
    closes: [SOCKET_CLOSE.failed],
    messages,
    frames: [],
  });
}

describe('a frame that was changed on the way', () => {
  it('ends the channel, whichever byte it is', async () => {
    const { length } = frameOf(new RawPeer(provider), 'hello');
    expect(length).toBe(272);
    for (let at = 0; at < length; at++) {
      const peer = new RawPeer(provider).listen();
      const frame = frameOf(peer, 'hello');
      frame[at]! ^= 1 << (at % 8);
      peer.socket.deliver(frame);
      await expectFailed(peer);
    }
  });

  it('ends the channel when it is cut, extended, empty or far too long', async () => {
    const cuts = Array.from({ length: 272 }, (_, end) => (frame: Uint8Array) => frame.subarray(0, end));
    for (const change of [
      ...cuts,
      (frame: Uint8Array) => concat(frame, Uint8Array.of(0)),
      (frame: Uint8Array) => concat(frame, frame),
      () => new Uint8Array(63_505),
      () => new Uint8Array(65_536),
    ]) {
      const peer = new RawPeer(provider).listen();
      peer.socket.deliver(change(frameOf(peer, 'hello')));
      await expectFailed(peer);
    }
  });
});

describe('frames in another order than they were sent', () => {
  it.each([
    ['the first comes twice', [0, 0], ['one']],
    ['the first is lost', [1], []],
    ['two are swapped', [1, 0], []],
    ['one in the middle is lost', [0, 2], ['one']],
    ['an old one comes again', [0, 1, 0], ['one', 'two']],
  ])('end the channel when %s', async (_, order, delivered) => {
    const peer = new RawPeer(provider).listen();
    const frames = ['one', 'two', 'three'].map((text) => frameOf(peer, text));
    for (const index of order) peer.socket.deliver(frames[index]!);
    await expectFailed(peer, delivered);
  });

  it('end the channel when they are its own, or of another channel', async () => {
    const peer = new RawPeer(provider).listen();
    peer.channel.send('mine');
    peer.socket.deliver(peer.frames[0]!);
    expect(await peer.channel.closed).toMatchObject({ code: 'protocol' });
    expect(peer.messages).toEqual([]);
    const other = new RawPeer(provider).listen();
    other.socket.deliver(frameOf(new RawPeer(provider), 'spliced'));
    await expectFailed(other);
  });

  it('do nothing any more once the channel has ended', async () => {
    const peer = new RawPeer(provider).listen();
    const frames = ['one', 'two'].map((text) => frameOf(peer, text));
    peer.socket.deliver(new Uint8Array(272));
    for (const frame of frames) peer.socket.deliver(frame);
    await expectFailed(peer);
  });
});

describe('a record that verifies but is malformed', () => {
  const record = encodeRecord('message', utf8('hello'));
  const changed = (at: number, value: number) => {
    const copy = record.slice();
    copy[at] = value;
    return copy;
  };
  it.each<[string, Uint8Array]>([
    ['of type 0', changed(0, 0)],
    ['of an unknown type', changed(0, 7)],
    ['longer than its padding', changed(2, 1)],
    ['with padding that is not zero', changed(255, 1)],
    ['with more padding than due', concat(record, new Uint8Array(16))],
    ['a ping with data', encodeRecord('ping', Uint8Array.of(1))],
    ['a pong with data', encodeRecord('pong', Uint8Array.of(1))],
    ['a fin without a code', encodeRecord('fin')],
    ['a fin with two codes', encodeRecord('fin', Uint8Array.of(0, 0))],
    ['text that is not UTF-8', encodeRecord('message', Uint8Array.of(0xff))],
    ['a lone surrogate', encodeRecord('message', Uint8Array.of(0xed, 0xa0, 0x80))],
  ])('ends the channel: %s', async (_, plaintext) => {
    const peer = new RawPeer(provider).listen();
    peer.sendPlaintext(plaintext);
    await expectFailed(peer);
  });

  it('ends the channel when a flood of messages comes before anybody listens', async () => {
    const peer = new RawPeer(provider);
    const bulk = new Uint8Array(60_000).fill(0x78);
    for (let n = 0; n < 150; n++) peer.send('message', bulk);
    await expectFailed(peer);
  });
});
