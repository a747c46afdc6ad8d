import type { Clock } from '../clock.ts';
import { CodedError } from '../coded-error.ts';
import type { CryptoProvider, KeyPair } from '../crypto/crypto-provider.ts';
import type { FrameSocket } from './frame-socket.ts';
import type { HandshakeMode, HandshakeTransport } from './prologue.ts';
import type { SecureChannel } from './secure-channel.ts';

export interface HandshakeInput {
  readonly provider: CryptoProvider;
  /** Not yet attached by anyone. The handshake owns it: on failure it is closed, on success the channel owns it. */
  readonly socket: FrameSocket;
  readonly transport: HandshakeTransport;
  /** The 20 bytes that the 32 base32 characters of the relay session id encode; empty on a direct connection. */
  readonly sessionId: Uint8Array;
  readonly clock?: Clock;
  readonly signal?: AbortSignal;
}

export interface InitiatorInput extends HandshakeInput {
  readonly mode: HandshakeMode;
  /** This client's key pair for this daemon. */
  readonly deviceStatic: KeyPair;
  readonly daemonPublicKey: Uint8Array;
  /** 32 bytes: of the offer in mode `pair`, of the device in mode `device`. */
  readonly psk: Uint8Array;
  /** 16 bytes, in mode `pair` only. */
  readonly offerId?: Uint8Array;
  /** JSON text, the payload of message 3; at most `MAX_HELLO_BYTES`. */
  readonly hello: string;
}

export interface InitiatorResult {
  readonly channel: SecureChannel;
  /** 32 bytes; the six digits come from it (`sasDigits`). */
  readonly handshakeHash: Uint8Array;
}

export interface ResponderInput extends HandshakeInput {
  readonly staticKeyPair: KeyPair;
  readonly lookups: ResponderLookups;
}

export interface ResponderLookups {
  /** One map look-up, before any Diffie-Hellman: undefined for an offer that is unknown, used or expired. Consumes nothing. */
  offer(offerId: Uint8Array): { readonly psk: Uint8Array } | undefined;
  /** PSK of a paired device, undefined when unknown or revoked (the handshake then fails like one with a wrong PSK). */
  device(devicePublicKey: Uint8Array): Uint8Array | undefined;
  /** Asked once, right before the first Diffie-Hellman; false refuses. */
  admit(attempt: { readonly mode: HandshakeMode; readonly offerId: Uint8Array | null }): boolean;
}

export interface ResponderResult {
  readonly channel: SecureChannel;
  readonly handshakeHash: Uint8Array;
  readonly mode: HandshakeMode;
  /** The device's X25519 public key, 32 bytes. */
  readonly remoteStatic: Uint8Array;
  /** 16 bytes in mode `pair`, else null. */
  readonly offerId: Uint8Array | null;
  /** JSON text from message 3, authenticated but not parsed. */
  readonly hello: string;
}

export type HandshakeFailureCode =
  /** The pipe ended or stayed silent before the daemon proved itself. */
  | 'daemon_not_reached'
  /** Something answered, but not with the daemon's key (or for another version, mode, session or offer). */
  | 'daemon_not_verified'
  /** The daemon proved itself, then closed: it does not know this device or offer (any more). */
  | 'refused'
  /** The daemon proved itself, then what followed did not verify. */
  | 'interrupted'
  /** The daemon proved itself, then said nothing in time. On the responder: the client did not finish in time. */
  | 'timeout'
  /** The two sides speak different versions of the protocol. */
  | 'version_unsupported'
  /** The same, where the daemon said which side is behind. It is a hint: whoever is on the way could have said it. */
  | 'daemon_newer'
  | 'daemon_older'
  /** The caller's signal. */
  | 'aborted'
  /** Responder only, for the local log; the peer sees the same close for each. */
  | 'bad_prelude'
  | 'unknown_offer'
  | 'not_admitted'
  | 'bad_handshake'
  | 'bad_hello'
  | 'closed_early';

/** How a handshake ended. The client may show it; on the daemon it is for the local log. */
export class HandshakeFailure extends CodedError<HandshakeFailureCode> {}
