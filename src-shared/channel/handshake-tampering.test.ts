import { describe, expect, it } from 'vitest';
import { createNodeProvider } from '../../src-main/platform/node-crypto.ts';
import { concat } from '../bytes.ts';
import { HandshakeState } from '../noise/handshake-state.ts';
import { ChannelFixture } from './channel-fixture.ts';
import { SOCKET_CLOSE } from './frame-socket.ts';
import { initiateHandshake } from './initiator-handshake.ts';
import { MemoryFrameSocket } from './memory-frame-socket.ts';
import { encodePrelude } from './prelude.ts';
import { prologue, PROTOCOL_NAME } from './prologue.ts';
import { encodeRecord } from './record.ts';
import { respondHandshake } from './responder-handshake.ts';

// Hundreds of handshakes in one test, on a machine that may be busy.
const fixture = new ChannelFixture(createNodeProvider());
/** Handshake frames, in the order in which they go. */
const FRAMES = ['message 1', 'message 2', 'message 3'] as const;

/** A handshake in one turn of the event loop, with one frame changed on its way. Gives who finished, and every frame. */
async function handshake(
  mode: 'pair' | 'device',
  index = -1,
  change: (frame: Uint8Array) => Uint8Array = (frame) => frame,
) {
  const frames: Uint8Array[] = [];
  const pass = (to: () => MemoryFrameSocket) => (frame: Uint8Array) => {
    const at = frames.push(frame) - 1;
    to().deliver(at === index ? change(frame) : frame);
  };
  const closing = (other: () => MemoryFrameSocket) => (info: { code: number; reason: string }) => other().end(info);
  const near: MemoryFrameSocket = new MemoryFrameSocket({ sent: pass(() => far), closing: closing(() => far) });
  const far: MemoryFrameSocket = new MemoryFrameSocket({ sent: pass(() => near), closing: closing(() => near) });
  const finished = { daemon: false, client: false };
  const daemon = respondHandshake(fixture.responder(far)).then(() => (finished.daemon = true));
  const client = initiateHandshake(fixture.initiator(near, { mode })).then(() => (finished.client = true));
  await Promise.allSettled([daemon, client]);
  return { finished, frames };
}

const receives = (index: number) => (index === 1 ? 'client' : 'daemon');

describe.each(['pair', 'device'] as const)('a handshake of mode %s whose frame was changed on the way', (mode) => {
  it.each(FRAMES.map((name, index) => [name, index] as const))(
    'does not finish when any bit pattern of %s flips',
    async (_, index) => {
      const { frames } = await handshake(mode);
      for (let at = 0; at < frames[index]!.length; at++)
        for (const bit of [0x01, 0x80]) {
          const { finished } = await handshake(mode, index, (frame) => {
            const copy = frame.slice();
            copy[at]! ^= bit;
            return copy;
          });
          // RFC 7748 ignores the top bit of a public key, but the transcript hash does not.
          expect(finished, `byte ${at}`).toEqual({ daemon: false, client: false });
        }
    },
  );

  it.each(FRAMES.map((name, index) => [name, index] as const))(
    'does not finish when %s is cut, extended or replaced',
    async (_, index) => {
      const { frames } = await handshake(mode);
      const { frames: others } = await handshake(mode);
      const length = frames[index]!.length;
      const changes: ((frame: Uint8Array) => Uint8Array)[] = [
        ...Array.from({ length }, (_unused, end) => (frame: Uint8Array) => frame.subarray(0, end)),
        (frame) => concat(frame, Uint8Array.of(0)),
        (frame) => concat(frame, frame),
        () => new Uint8Array(65_536),
        () => others[index === 0 ? 1 : index]!,
        () => frames[(index + 1) % 3]!,
      ];
      for (const change of changes) {
        const { finished } = await handshake(mode, index, change);
        expect(finished[receives(index)]).toBe(false);
        expect(finished.client).toBe(false);
      }
    },
  );
});

describe('recorded frames', () => {
  it('never finish a second handshake, whatever part of them is sent again', async () => {
    const { frames } = await handshake('pair');
    for (const replayed of [
      [0, 2],
      [0, 0],
      [0, 2, 2],
      [2, 2],
      [0, 1],
    ]) {
      const sent: Uint8Array[] = [];
      const closes: number[] = [];
      const socket = new MemoryFrameSocket({
        sent: (frame) => sent.push(frame),
        closing: ({ code }) => closes.push(code),
      });
      const outcome = respondHandshake(fixture.responder(socket));
      for (const index of replayed) socket.deliver(frames[index]!);
      await expect(outcome).rejects.toMatchObject({ name: 'HandshakeFailure' });
      // A frame that does not begin with our version is told so, before anything else of it is read.
      const known = replayed[0] === 0;
      expect(closes).toEqual([known ? SOCKET_CLOSE.failed : SOCKET_CLOSE.unsupportedVersion]);
      expect(sent.length).toBeLessThanOrEqual(1);
    }
  });

  it('never satisfy a client that started anew, nor does its own message', async () => {
    const { frames } = await handshake('device');
    for (const pick of [() => frames[1]!, (own: Uint8Array) => own, (own: Uint8Array) => own.subarray(2)]) {
      const sent: Uint8Array[] = [];
      const socket = new MemoryFrameSocket({ sent: (frame) => sent.push(frame), closing: () => {} });
      const outcome = initiateHandshake(fixture.initiator(socket));
      socket.deliver(pick(sent[0]!));
      await expect(outcome).rejects.toMatchObject({ code: 'daemon_not_verified' });
      expect(sent).toHaveLength(1);
    }
  });
});

describe('a client that has the keys but not the manners', () => {
  it.each([
    ['no record', new Uint8Array(10)],
    ['no padding', Uint8Array.of(1, 0, 0, 1, 0x7b)],
    ['another record', encodeRecord('ping')],
    ['text that is not UTF-8', encodeRecord('message', Uint8Array.of(0xff))],
  ])('is refused in encrypted words when message 3 holds %s', async (_, payload) => {
    const { provider, device, daemon, sessionId, devicePsk } = fixture;
    const sent: Uint8Array[] = [];
    const socket = new MemoryFrameSocket({ sent: (frame) => sent.push(frame), closing: () => {} });
    const outcome = respondHandshake(fixture.responder(socket));
    const handshake = new HandshakeState({
      provider,
      protocolName: PROTOCOL_NAME,
      initiator: true,
      prologue: prologue({ mode: 'device', transport: 'relay', sessionId, offerId: null }),
      staticKeyPair: device,
      remoteStatic: daemon.publicKey,
      psks: [devicePsk],
    });
    const { message } = handshake.writeMessage(new Uint8Array(0));
    socket.deliver(concat(encodePrelude({ mode: 'device', offerId: null }), message));
    handshake.readMessage(sent[0]!);
    const { message: message3, transport } = handshake.writeMessage(payload);
    socket.deliver(message3);
    await expect(outcome).rejects.toMatchObject({ code: 'bad_hello' });
    const fin = transport!.receive.decrypt(new Uint8Array(0), sent[1]!);
    expect([...fin.subarray(0, 5)]).toEqual([6, 0, 0, 1, 6]);
  });
});
