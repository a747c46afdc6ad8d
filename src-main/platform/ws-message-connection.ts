import type { RawData, WebSocket } from 'ws';
import { systemClock } from '../../src-shared/clock.ts';
import type { Clock } from '../../src-shared/clock.ts';
import { ConnectionEndedError, FIN_CODES, MessageTooLargeError } from '../../src-shared/channel/message-connection.ts';
import type {
  CloseReason,
  FinCode,
  MessageConnection,
  MessageHandlers,
} from '../../src-shared/channel/message-connection.ts';
import {
  CHANNEL_BUFFER_LIMIT_BYTES,
  EARLY_MESSAGES_LIMIT_BYTES,
  MAX_MESSAGE_BYTES,
  SOCKET_CLOSE_TIMEOUT_MS,
} from '../../src-shared/limits.ts';
import { systemErrorCode } from './system-error.ts';

/**
 * A connection over a WebSocket that the operating system guards (the daemon's Unix socket): one text frame per message, no
 * encryption. A fin travels as WebSocket close code 4000 + its number. Serves both ends; a client waits for `open` first.
 */
export function wsMessageConnection(socket: WebSocket, clock: Clock = systemClock): MessageConnection {
  return new WsMessageConnection(socket, clock);
}

const FIN_BASE = 4000;
/** RFC 6455 §7.4.1. */
const WS_GOING_AWAY = 1001;
const WS_PROTOCOL_ERROR = 1002;
const WS_TOO_LARGE = 1009;

class WsMessageConnection implements MessageConnection {
  readonly path = 'local';
  readonly signal: AbortSignal;
  readonly closed: Promise<CloseReason>;
  readonly #socket: WebSocket;
  readonly #clock: Clock;
  readonly #abort = new AbortController();
  #settle!: (reason: CloseReason) => void;
  #handlers: MessageHandlers | null = null;
  #early: string[] = [];
  #earlyBytes = 0;
  /** Why this side ended it; what the socket then reports says nothing new. */
  #ownReason: CloseReason | null = null;
  #cancelTimeout: (() => void) | null = null;

  constructor(socket: WebSocket, clock: Clock) {
    this.#socket = socket;
    this.#clock = clock;
    this.signal = this.#abort.signal;
    this.closed = new Promise((resolve) => (this.#settle = resolve));
    socket.on('message', (data, isBinary) => this.#receive(data, isBinary));
    socket.on('error', (error) => this.#end(reasonOf(error)));
    socket.on('close', (code) => this.#ended(code));
    if (socket.readyState === socket.CLOSED) queueMicrotask(() => this.#ended(1006));
  }

  send(message: string): void {
    const bytes = Buffer.byteLength(message);
    if (bytes > MAX_MESSAGE_BYTES) {
      throw new MessageTooLargeError('message_too_large', `A message has at most ${MAX_MESSAGE_BYTES} bytes.`);
    }
    if (this.#ownReason || this.#socket.readyState !== this.#socket.OPEN) return;
    if (this.#socket.bufferedAmount + bytes > CHANNEL_BUFFER_LIMIT_BYTES) {
      this.#end({ code: 'too-slow', by: 'local' });
      this.#socket.terminate();
      return;
    }
    this.#socket.send(message);
  }

  bufferedAmount(): number {
    return this.#socket.bufferedAmount;
  }

  attach(handlers: MessageHandlers): void {
    this.#handlers = handlers;
    const early = this.#early;
    this.#early = [];
    this.#earlyBytes = 0;
    for (const text of early) this.#handlers.message(text);
  }

  async close(code: FinCode): Promise<void> {
    this.#closeSocket(FIN_BASE + FIN_CODES[code], { code, by: 'local' });
    await this.closed;
  }

  #receive(data: RawData, isBinary: boolean): void {
    if (this.#ownReason) return;
    if (isBinary) {
      this.#closeSocket(WS_PROTOCOL_ERROR, { code: 'protocol', by: 'local', detail: 'a binary frame' });
      return;
    }
    const bytes = data as Buffer;
    const text = bytes.toString('utf8');
    if (this.#handlers) {
      this.#handlers.message(text);
      return;
    }
    this.#earlyBytes += bytes.length;
    if (this.#earlyBytes > EARLY_MESSAGES_LIMIT_BYTES) {
      this.#closeSocket(WS_TOO_LARGE, { code: 'too-large', by: 'local', detail: 'before anybody attached' });
      return;
    }
    this.#early.push(text);
  }

  #closeSocket(wsCode: number, reason: CloseReason): void {
    if (this.#ownReason) return;
    this.#end(reason);
    this.#socket.close(wsCode);
    this.#cancelTimeout = this.#clock.after(SOCKET_CLOSE_TIMEOUT_MS, () => this.#socket.terminate());
  }

  #end(reason: CloseReason): void {
    this.#ownReason ??= reason;
  }

  #ended(wsCode: number): void {
    this.#cancelTimeout?.();
    if (this.#abort.signal.aborted) return;
    const reason: CloseReason = this.#ownReason ?? { code: codeOf(wsCode), by: 'remote' };
    this.#early = [];
    this.#abort.abort(new ConnectionEndedError(reason));
    this.#settle(reason);
  }
}

/** ws reports a rule that the peer broke as an error and closes by itself; the rest are errors of the network. */
function reasonOf(error: Error): CloseReason {
  const code = systemErrorCode(error) ?? '';
  if (code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') return { code: 'too-large', by: 'local', detail: error.message };
  if (code.startsWith('WS_ERR_')) return { code: 'protocol', by: 'local', detail: error.message };
  return { code: 'interrupted', by: 'remote', detail: error.message };
}

function codeOf(wsCode: number): CloseReason['code'] {
  if (wsCode === WS_GOING_AWAY) return 'going-away';
  if (wsCode === WS_TOO_LARGE) return 'too-large';
  if (wsCode === WS_PROTOCOL_ERROR) return 'protocol';
  // 1005: closed without a code; 1006: without a closing frame.
  if (wsCode < FIN_BASE) return wsCode === 1000 ? 'fin' : 'interrupted';
  const number = wsCode - FIN_BASE;
  for (const [name, value] of Object.entries(FIN_CODES)) if (value === number) return name as FinCode;
  return 'fin';
}
