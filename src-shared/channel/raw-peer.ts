import type { CryptoProvider } from '../crypto/crypto-provider.ts';
import { ManualClock } from '../manual-clock.ts';
import { transportPair } from './channel-fixture.ts';
import { MemoryFrameSocket } from './memory-frame-socket.ts';
import { RecordCipher } from './record-cipher.ts';
import { encodeRecord, parseRecord } from './record.ts';
import type { ChannelRecord, RecordType } from './record.ts';
import { SecureChannel } from './secure-channel.ts';

/** For tests: a channel whose peer is the test itself, free to break every rule with valid keys. */
export class RawPeer {
  readonly clock = new ManualClock();
  readonly channel: SecureChannel;
  readonly socket: MemoryFrameSocket;
  /** Frames the channel sent, as they were on the wire. */
  readonly frames: Uint8Array[] = [];
  /** WebSocket close codes the channel used. */
  readonly closes: number[] = [];
  /** Messages the channel delivered. */
  readonly messages: string[] = [];
  readonly cipher: RecordCipher;
  #read = 0;

  constructor(provider: CryptoProvider) {
    const [own, theirs] = transportPair(provider);
    this.cipher = new RecordCipher(own);
    this.socket = new MemoryFrameSocket({
      sent: (frame) => this.frames.push(frame),
      closing: ({ code }) => this.closes.push(code),
    });
    this.channel = new SecureChannel({ socket: this.socket, transport: theirs, path: 'relay', clock: this.clock });
    this.channel.start();
  }

  listen(): this {
    this.channel.attach({ message: (text) => this.messages.push(text) });
    return this;
  }

  /** Sends a well-formed record. */
  send(type: RecordType, ...parts: Uint8Array[]): void {
    this.sendPlaintext(encodeRecord(type, ...parts));
  }

  /** Sends any bytes, properly sealed. */
  sendPlaintext(plaintext: Uint8Array): void {
    const sealed = this.cipher.seal(plaintext);
    if (sealed instanceof Promise) throw new Error('the raw peer needs a synchronous provider');
    this.socket.deliver(sealed);
  }

  /** What the channel sent since the last call, opened. */
  received(): ChannelRecord[] {
    const frames = this.frames.slice(this.#read);
    this.#read = this.frames.length;
    return frames.map((frame) => {
      const { type, data } = parseRecord(this.cipher.open(frame) as Uint8Array)!;
      return { type, data: new Uint8Array(data) };
    });
  }
}
