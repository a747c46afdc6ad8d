import { CodedError } from '../coded-error.ts';

/**
 * What every session and every client speaks, whatever carries it: an encrypted channel, a Unix socket or a message port.
 * Messages are JSON text of at most `MAX_MESSAGE_BYTES` in UTF-8.
 */
export interface MessageConnection {
  readonly path: ConnectionPath;
  /** Aborted when the connection is over; its reason is a {@link ConnectionEndedError}. */
  readonly signal: AbortSignal;
  /** Settles once, never rejects. */
  readonly closed: Promise<CloseReason>;
  /**
   * Sends one message. After the end it does nothing. Throws {@link MessageTooLargeError} above the limit.
   *
   * Messages arrive in the order sent, but one that is larger than a record (about 62 KiB) travels in chunks and may be
   * overtaken by later ones. Messages that share a `lane` (any name, local to this side) never overtake each other.
   */
  send(message: string, lane?: string): void;
  /** Bytes sent with {@link send} and not yet handed to the operating system. Stop feeding a peer that lets it grow. */
  bufferedAmount(): number;
  /** Sets who hears of messages; calling it again replaces the handlers. Messages that came earlier are delivered at once. */
  attach(handlers: MessageHandlers): void;
  /** Ends the connection and tells the peer why. Idempotent; resolves when the socket is gone. Unsent large messages are dropped. */
  close(code: FinCode): Promise<void>;
}

export interface MessageHandlers {
  message(text: string): void;
  /** The connection has come of age: open a new one soon, this one will end by itself. Called at most once. */
  renew?(): void;
}

export type ConnectionPath = 'direct' | 'relay' | 'local';

/** Reasons that a side may give the other. Numbers are the protocol; unknown ones read as `fin`. */
export const FIN_CODES = {
  /** A normal end. */
  fin: 0,
  /** This side is stopping or restarting. */
  'going-away': 1,
  /** The device was revoked. */
  revoked: 2,
  /** The same client instance connected anew. */
  replaced: 3,
  /** This side moved to a better or newer connection. */
  superseded: 4,
  /** The peer did not read what it was sent. */
  'too-slow': 5,
  /** The peer broke the rules of the messages above the channel. */
  'bad-message': 6,
  /** The device has too many connections. */
  'too-many': 7,
  /** The offer was used by another device. */
  'offer-used': 8,
  /** The person at the daemon said no. */
  'pairing-denied': 9,
  /** Nobody confirmed the pairing in time. */
  'pairing-timeout': 10,
  /** The connection reached its greatest age. */
  expired: 11,
  /** The daemon could not save the device; nothing was changed. */
  'not-saved': 12,
  /** The peer sent a message above `MAX_MESSAGE_BYTES`. */
  'too-large': 13,
} as const;

export type FinCode = keyof typeof FIN_CODES;

/** What a side concludes by itself. */
type FailureCode =
  /** The pipe ended without a fin; what was under way may or may not have arrived. */
  | 'interrupted'
  /** Nothing was heard for too long. */
  | 'timeout'
  /** A frame was forged, out of order or malformed. */
  | 'protocol';

export interface CloseReason {
  readonly code: FinCode | FailureCode;
  /** Who ended it: this side, or the peer (or the pipe). */
  readonly by: 'local' | 'remote';
  /** For the local log only. */
  readonly detail?: string;
  /** With `interrupted`: how the pipe ended, in WebSocket close codes; 1006 when it just broke. */
  readonly socketCode?: number;
}

export class MessageTooLargeError extends CodedError<'message_too_large'> {}

/** What waits on a connection's signal reject with. */
export class ConnectionEndedError extends CodedError<CloseReason['code']> {
  readonly reason: CloseReason;

  constructor(reason: CloseReason) {
    super(reason.code, `The connection ended (${reason.code}). Connect again.`);
    this.reason = reason;
  }
}
