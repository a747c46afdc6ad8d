import { fromUtf8, utf8 } from '../bytes.ts';
import type { Clock } from '../clock.ts';
import { AEAD_TAG_BYTES } from '../crypto/crypto-provider.ts';
import { deferred } from '../deferred.ts';
import {
  CHANNEL_BUFFER_LIMIT_BYTES,
  CHUNK_LOW_WATER_BYTES,
  DRAIN_POLL_MS,
  EARLY_MESSAGES_LIMIT_BYTES,
  MAX_MESSAGE_BYTES,
  MAX_PINGS_PER_INTERVAL,
  MAX_RECORD_BYTES,
  MIN_RECORD_BYTES,
} from '../limits.ts';
import type { TransportState } from '../noise/handshake-state.ts';
import { SOCKET_CLOSE } from './frame-socket.ts';
import type { FrameSocket, SocketCloseInfo } from './frame-socket.ts';
import { InboundTransfers } from './inbound-transfers.ts';
import type { ChunkResult } from './inbound-transfers.ts';
import { Keepalive } from './keepalive.ts';
import { ConnectionEndedError, FIN_CODES, MessageTooLargeError } from './message-connection.ts';
import type { CloseReason, ConnectionPath, FinCode, MessageConnection, MessageHandlers } from './message-connection.ts';
import { OrderedResults } from './ordered-results.ts';
import { OutboundTransfers } from './outbound-transfers.ts';
import { RecordCipher } from './record-cipher.ts';
import { encodeRecord, parseRecord, writeMessageRecord } from './record.ts';
import type { ChannelRecord, RecordType } from './record.ts';

/** Where every channel writes its next small message; all zeros between two calls, so it keeps nothing. */
const scratch = new Uint8Array(MAX_RECORD_BYTES);

export interface SecureChannelOptions {
  /** Owned by the channel from `start()` on. */
  readonly socket: FrameSocket;
  /** Owned by the channel; its keys are overwritten at the end. */
  readonly transport: TransportState;
  readonly path: ConnectionPath;
  readonly clock: Clock;
}

/**
 * A finished handshake's connection: encrypted records over an untrusted pipe. Any frame that does not verify ends it, and only an
 * encrypted fin is a clean end. Source: docs/protocol.md.
 */
export class SecureChannel implements MessageConnection {
  readonly path: ConnectionPath;
  readonly signal: AbortSignal;
  readonly closed: Promise<CloseReason>;
  /** Resolves when the first record of the peer has verified: both sides have the keys. Stays pending if none ever comes. */
  readonly confirmed: Promise<void>;
  readonly #socket: FrameSocket;
  readonly #clock: Clock;
  readonly #cipher: RecordCipher;
  readonly #keepalive: Keepalive;
  readonly #outbound: OutboundTransfers;
  readonly #inbound = new InboundTransfers();
  readonly #sending = new OrderedResults(() => {
    this.#fail('sealing failed');
    // Of a channel that has ended already, this was to be closed behind the last frame.
    this.#socket.close(SOCKET_CLOSE.failed, '');
  });
  readonly #receiving = new OrderedResults(() => this.#fail('a frame did not verify'));
  readonly #abort = new AbortController();
  readonly #closed = deferred<CloseReason>();
  readonly #confirmed = deferred<void>();
  readonly #socketClosed = deferred<void>();
  #ended = false;
  #handlers: MessageHandlers | null = null;
  #early: string[] = [];
  #earlyBytes = 0;
  #sealingBytes = 0;
  #pingsHeard = 0;
  #cancelPoll: (() => void) | null = null;

  constructor(options: SecureChannelOptions) {
    this.path = options.path;
    this.signal = this.#abort.signal;
    this.closed = this.#closed.promise;
    this.confirmed = this.#confirmed.promise;
    this.#socket = options.socket;
    this.#clock = options.clock;
    this.#cipher = new RecordCipher(options.transport);
    this.#outbound = new OutboundTransfers(
      (record) => this.#emit(record),
      () => this.#socket.bufferedAmount() + this.#sealingBytes < CHUNK_LOW_WATER_BYTES,
    );
    this.#keepalive = new Keepalive(options.clock, {
      ping: () => {
        this.#pingsHeard = 0;
        this.ping();
      },
      dead: () => this.#end({ code: 'timeout', by: 'local' }, SOCKET_CLOSE.failed),
      renew: () => this.#handlers?.renew?.(),
      expired: () => void this.close('expired'),
    });
  }

  /** Takes over the socket. Called once, in the same turn in which the handshake finished. */
  start(): void {
    this.#keepalive.start();
    this.#socket.attach({
      frame: (data) => this.#frame(data),
      closed: (info) => this.#onSocketClosed(info),
      writable: () => this.#pump(),
    });
  }

  send(message: string, lane?: string): void {
    if (this.#ended) return;
    // While no large message is under way, no lane is busy.
    if ((lane === undefined || !this.#outbound.busy) && this.#sendAtOnce(message)) return;
    const bytes = utf8(message);
    if (bytes.length > MAX_MESSAGE_BYTES)
      throw new MessageTooLargeError(
        'message_too_large',
        `A message is at most ${MAX_MESSAGE_BYTES} bytes. Send it in parts.`,
      );
    if (this.bufferedAmount() + bytes.length > CHANNEL_BUFFER_LIMIT_BYTES) {
      void this.close('too-slow');
    } else {
      this.#outbound.add(bytes, lane);
      this.#pump();
    }
  }

  /** Sends an empty encrypted record that the peer answers. */
  ping(): void {
    this.#emit(encodeRecord('ping'));
  }

  bufferedAmount(): number {
    return this.#socket.bufferedAmount() + this.#sealingBytes + this.#outbound.unsentBytes;
  }

  attach(handlers: MessageHandlers): void {
    this.#handlers = handlers;
    const early = this.#early;
    this.#early = [];
    this.#earlyBytes = 0;
    for (const message of early) handlers.message(message);
  }

  async close(code: FinCode): Promise<void> {
    this.#emit(encodeRecord('fin', Uint8Array.of(FIN_CODES[code])));
    this.#end({ code, by: 'local' }, SOCKET_CLOSE.normal);
    await this.#socketClosed.promise;
  }

  /** False when the message does not fit into a record, or the channel is too full. */
  #sendAtOnce(message: string): boolean {
    if (this.bufferedAmount() + MAX_RECORD_BYTES > CHANNEL_BUFFER_LIMIT_BYTES) return false;
    const record = writeMessageRecord(message, scratch);
    if (!record) return false;
    try {
      this.#emit(record);
    } finally {
      record.fill(0);
    }
    return true;
  }

  #emit(record: Uint8Array): void {
    if (this.#ended) return;
    this.#sealingBytes += record.length;
    const sealed = this.#cipher.seal(record);
    this.#sending.push(sealed, (frame) => {
      this.#sealingBytes -= record.length;
      this.#socket.send(frame);
      if (sealed instanceof Promise) this.#pump();
    });
  }

  /** Sends chunks while the socket takes them; sockets that cannot tell when they drained are asked again. */
  #pump(): void {
    if (this.#ended) return;
    this.#outbound.pump();
    if (this.#outbound.busy)
      this.#cancelPoll ??= this.#clock.after(DRAIN_POLL_MS, () => {
        this.#cancelPoll = null;
        this.#pump();
      });
  }

  #frame(data: Uint8Array): void {
    if (this.#ended) return;
    const length = data.length - AEAD_TAG_BYTES;
    if (length < MIN_RECORD_BYTES || length > MAX_RECORD_BYTES) return this.#fail('a frame of impossible length');
    let opened: Uint8Array | Promise<Uint8Array>;
    try {
      opened = this.#cipher.open(data);
    } catch {
      return this.#fail('a frame did not verify');
    }
    this.#receiving.push(opened, (plaintext) => {
      const record = parseRecord(plaintext);
      if (!record) return this.#fail('a malformed record');
      this.#keepalive.heard();
      this.#confirmed.resolve();
      this.#take(record);
    });
  }

  #take({ type, data }: ChannelRecord): void {
    if (!hasValidLength(type, data.length)) return this.#fail('a malformed record');
    switch (type) {
      case 'message':
        return this.#deliver(data);
      case 'chunk-first':
        return this.#takeChunk(this.#inbound.first(data));
      case 'chunk':
        return this.#takeChunk(this.#inbound.next(data));
      case 'ping':
        if (++this.#pingsHeard > MAX_PINGS_PER_INTERVAL) return this.#fail('too many pings');
        return this.#emit(encodeRecord('pong'));
      case 'pong':
        return;
      case 'fin':
        return this.#end({ code: finCode(data[0]!), by: 'remote' }, SOCKET_CLOSE.normal);
    }
  }

  #takeChunk(result: ChunkResult): void {
    if (result.state === 'complete') this.#deliver(result.message);
    else if (result.state === 'refused' && result.why === 'too-large') void this.close('too-large');
    else if (result.state === 'refused') this.#fail('a malformed chunk');
  }

  #deliver(bytes: Uint8Array): void {
    let message: string;
    try {
      message = fromUtf8(bytes);
    } catch {
      return this.#fail('a message that is not UTF-8');
    }
    if (this.#handlers) return this.#handlers.message(message);
    this.#early.push(message);
    this.#earlyBytes += bytes.length + MIN_RECORD_BYTES;
    if (this.#earlyBytes > EARLY_MESSAGES_LIMIT_BYTES) this.#fail('too many messages before anyone listened');
  }

  /** The peer hears one generic code, whatever it was. */
  #fail(detail: string): void {
    this.#end({ code: 'protocol', by: 'local', detail }, SOCKET_CLOSE.failed);
  }

  #onSocketClosed({ code }: SocketCloseInfo): void {
    this.#socketClosed.resolve();
    const reason: CloseReason = { code: 'interrupted', by: 'remote', socketCode: code };
    // Behind the frames that came before and are still being opened; a fin may be among them.
    this.#receiving.push(undefined, () => this.#end(reason, SOCKET_CLOSE.normal));
  }

  #end(reason: CloseReason, socketCode: number): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#keepalive.stop();
    this.#cancelPoll?.();
    this.#receiving.stop();
    this.#inbound.clear();
    this.#outbound.clear();
    this.#cipher.destroy();
    if (socketCode === SOCKET_CLOSE.failed) {
      this.#sending.stop();
      this.#socket.close(socketCode, '');
    } else {
      // Behind the fin and whatever is still being sealed.
      this.#sending.push(undefined, () => this.#socket.close(socketCode, ''));
    }
    this.#closed.resolve(reason);
    this.#abort.abort(new ConnectionEndedError(reason));
  }
}

function hasValidLength(type: RecordType, length: number): boolean {
  if (type === 'ping' || type === 'pong') return length === 0;
  return type !== 'fin' || length === 1;
}

function finCode(byte: number): FinCode {
  const known = (Object.keys(FIN_CODES) as FinCode[]).find((code) => FIN_CODES[code] === byte);
  return known ?? 'fin';
}
