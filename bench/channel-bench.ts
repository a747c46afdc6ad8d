import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { AEAD_TAG_BYTES } from '../src-shared/crypto/crypto-provider.ts';
import { transportPair } from '../src-shared/channel/channel-fixture.ts';
import { MemoryFrameSocket } from '../src-shared/channel/memory-frame-socket.ts';
import { RecordCipher } from '../src-shared/channel/record-cipher.ts';
import { MAX_RECORD_DATA_BYTES } from '../src-shared/channel/record.ts';
import { SecureChannel } from '../src-shared/channel/secure-channel.ts';
import { systemClock } from '../src-shared/clock.ts';
import { MAX_RECORD_BYTES } from '../src-shared/limits.ts';
import type { TransportState } from '../src-shared/noise/handshake-state.ts';
import { createNodeProvider } from '../src-main/platform/node-crypto.ts';
import { makeFigure } from './figure.ts';
import type { Aim, Report } from './figure.ts';
import { alternate, cpuSeconds } from './sampling.ts';

/** Bytes of one record before sealing. The largest one is what 64 KiB leave beside tag and padding. */
const SIZES: readonly { name: string; bytes: number; count: number; aim?: Aim }[] = [
  { name: '256B', bytes: 256, count: 4000 },
  { name: '4KiB', bytes: 4096, count: 3000 },
  { name: '64KiB', bytes: MAX_RECORD_BYTES, count: 500, aim: { of: 'ratio', atLeast: 0.8 } },
];
const ROUNDS = 25;
const HEADER_BYTES = MAX_RECORD_BYTES - MAX_RECORD_DATA_BYTES;
const BARE = 'baseline: bare node:crypto, AES-256-GCM, the same bytes sealed and opened; per processor second';
const FRAME_NOTE = `a record sealed by one side and opened by the other, with counters, rekeying and tag in place; ${BARE}`;
const MESSAGE_NOTE = `text sent by one SecureChannel and delivered by the other, without a network; ${BARE}`;

/** Throughput of the channel's encryption alone (`frame`) and of everything a channel does for a message (`message`). */
export async function channelBench(report: Report): Promise<void> {
  const provider = createNodeProvider();
  for (const { name, bytes, count, aim } of SIZES) {
    const rate = (work: (count: number) => void) => () => (bytes * count) / 1e6 / cpuSeconds(() => work(count));
    const record = randomBytes(bytes);
    const bare = rate(bareCrypto(record));
    const [near, far] = transportPair(provider);
    const frames = await alternate(ROUNDS, bare, rate(sealAndOpen(near, far, record)));
    report(makeFigure(`channel.frame.${name}`, 'MB/s', frames, FRAME_NOTE, aim));
    const messages = await alternate(ROUNDS, bare, rate(sendAndReceive(...transportPair(provider), bytes)));
    report(makeFigure(`channel.message.${name}`, 'MB/s', messages, MESSAGE_NOTE));
  }
}

function bareCrypto(record: Uint8Array): (count: number) => void {
  const key = randomBytes(32);
  const nonce = Buffer.alloc(12);
  const options = { authTagLength: AEAD_TAG_BYTES };
  return (count) => {
    for (let i = 0; i < count; i++) {
      nonce.writeUInt32BE(i, 8);
      const cipher = createCipheriv('aes-256-gcm', key, nonce, options);
      const sealed = cipher.update(record);
      cipher.final();
      const decipher = createDecipheriv('aes-256-gcm', key, nonce, options);
      decipher.setAuthTag(cipher.getAuthTag());
      decipher.update(sealed);
      decipher.final();
    }
  };
}

function sealAndOpen(near: TransportState, far: TransportState, record: Uint8Array): (count: number) => void {
  const [sender, receiver] = [new RecordCipher(near), new RecordCipher(far)];
  return (count) => {
    for (let i = 0; i < count; i++) settled(receiver.open(settled(sender.seal(record))));
  };
}

function sendAndReceive(near: TransportState, far: TransportState, recordBytes: number): (count: number) => void {
  const text = 'x'.repeat(recordBytes - HEADER_BYTES);
  const [left, right] = directSockets();
  const open = (socket: MemoryFrameSocket, transport: TransportState) => {
    const channel = new SecureChannel({ socket, transport, path: 'direct', clock: systemClock });
    channel.start();
    return channel;
  };
  const [sender, receiver] = [open(left, near), open(right, far)];
  let received = 0;
  receiver.attach({ message: (message) => (received += message.length) });
  return (count) => {
    received = 0;
    for (let i = 0; i < count; i++) sender.send(text);
    if (received !== count * text.length) throw new Error('the channel lost messages');
  };
}

/** Two ends that hand frames over at once. */
function directSockets(): [MemoryFrameSocket, MemoryFrameSocket] {
  const left: MemoryFrameSocket = new MemoryFrameSocket({ sent: (frame) => right.deliver(frame), closing: () => {} });
  const right = new MemoryFrameSocket({ sent: (frame) => left.deliver(frame), closing: () => {} });
  return [left, right];
}

/** node:crypto answers at once for every size. */
function settled(result: Uint8Array | Promise<Uint8Array>): Uint8Array {
  if (result instanceof Promise) throw new Error('node:crypto did not answer at once');
  return result;
}
