import { concat, wipe } from '../bytes.ts';
import { AEAD_TAG_BYTES, CryptoError } from '../crypto/crypto-provider.ts';
import type { CryptoProvider, KeyPair } from '../crypto/crypto-provider.ts';
import type { CipherState } from './cipher-state.ts';
import { badMessage, CipherError, HandshakeError } from './noise-errors.ts';
import { parseProtocolName } from './patterns.ts';
import type { HandshakePattern, Token } from './patterns.ts';
import { SymmetricState } from './symmetric-state.ts';

const KEY_BYTES = 32;
const MAX_NOISE_MESSAGE_BYTES = 65_535;

export interface HandshakeOptions {
  readonly provider: CryptoProvider;
  /** For example `Noise_XKpsk3_25519_AESGCM_SHA256`. */
  readonly protocolName: string;
  readonly initiator: boolean;
  readonly prologue: Uint8Array;
  readonly staticKeyPair?: KeyPair | undefined;
  /** What the pattern has this side know beforehand. */
  readonly remoteStatic?: Uint8Array | undefined;
  /** One per psk token, in their order. A function is asked when its token comes, with the remote static key known by then. */
  readonly psks?: readonly PskSource[];
  /** For test vectors. It is wiped with the handshake. */
  readonly ephemeral?: KeyPair | undefined;
}

export type PskSource = Uint8Array | ((remoteStatic: Uint8Array | null) => Uint8Array);

/** What a finished handshake leaves behind; only this can carry application data. */
export interface TransportState {
  readonly send: CipherState;
  readonly receive: CipherState;
  /** 32 bytes, the same on both sides; not secret (Noise §11.2). */
  readonly handshakeHash: Uint8Array;
}

/**
 * HandshakeState of Noise §5.3. The last message gives the {@link TransportState}; after it, or after the first failure, this
 * object is wiped and every call throws. A peer can cause `bad_message` only.
 */
export class HandshakeState {
  readonly #provider: CryptoProvider;
  readonly #pattern: HandshakePattern;
  readonly #initiator: boolean;
  readonly #symmetric: SymmetricState;
  readonly #psks: PskSource[];
  #static: KeyPair | null;
  #ephemeral: KeyPair | null;
  #remoteStatic: Uint8Array | null;
  #remoteEphemeral: Uint8Array | null = null;
  #next = 0;
  #over = false;

  /** Throws {@link HandshakeError} `unsupported_protocol` or `missing_key`. */
  constructor(options: HandshakeOptions) {
    this.#provider = options.provider;
    this.#pattern = parseProtocolName(options.protocolName);
    this.#initiator = options.initiator;
    this.#static = options.staticKeyPair ?? null;
    this.#ephemeral = options.ephemeral ?? null;
    this.#remoteStatic = options.remoteStatic ?? null;
    this.#psks = [...(options.psks ?? [])];
    if (this.#psks.length !== this.#pattern.pskCount) throw missing(`${this.#pattern.pskCount} pre-shared keys`);
    this.#symmetric = new SymmetricState(options.provider, options.protocolName);
    this.#symmetric.mixHash(options.prologue);
    this.#mixPreMessage(this.#pattern.initiatorPreMessage, options.initiator);
    this.#mixPreMessage(this.#pattern.responderPreMessage, !options.initiator);
  }

  /** The peer's static key, as soon as it is known. */
  get remoteStatic(): Uint8Array | null {
    return this.#remoteStatic;
  }

  /** Makes the next message. Throws {@link HandshakeError}. */
  writeMessage(payload: Uint8Array): { message: Uint8Array; transport: TransportState | null } {
    const tokens = this.#turn(true);
    return this.#guarded(() => {
      const parts = tokens.map((token) => this.#writeToken(token));
      const message = concat(...parts, this.#symmetric.encryptAndHash(payload));
      if (message.length > MAX_NOISE_MESSAGE_BYTES)
        throw new HandshakeError(
          'message_too_long',
          'A Noise message is at most 65,535 bytes. Send less in the handshake.',
        );
      return { message, transport: this.#advance() };
    });
  }

  /** Reads the peer's next message. Throws {@link HandshakeError}. */
  readMessage(message: Uint8Array): { payload: Uint8Array; transport: TransportState | null } {
    const tokens = this.#turn(false);
    return this.#guarded(() => {
      if (message.length > MAX_NOISE_MESSAGE_BYTES) throw badMessage();
      let rest = message;
      for (const token of tokens) rest = this.#readToken(token, rest);
      const payload = this.#symmetric.decryptAndHash(rest);
      return { payload, transport: this.#advance() };
    });
  }

  /** Wipes everything. Idempotent. */
  destroy(): void {
    this.#over = true;
    this.#symmetric.destroy();
    if (this.#ephemeral) wipe(this.#ephemeral.secretKey);
    this.#ephemeral = null;
    this.#static = null;
    this.#psks.length = 0;
  }

  #turn(writing: boolean): readonly Token[] {
    const tokens = this.#pattern.messages[this.#next];
    const mine = this.#initiator === (this.#next % 2 === 0);
    if (this.#over || !tokens || mine !== writing)
      throw new HandshakeError('out_of_turn', 'It is not the turn for this handshake message.');
    return tokens;
  }

  #guarded<T>(step: () => T): T {
    try {
      return step();
    } catch (cause) {
      this.destroy();
      throw cause instanceof CipherError || cause instanceof CryptoError ? badMessage() : cause;
    }
  }

  #advance(): TransportState | null {
    this.#next += 1;
    if (this.#next < this.#pattern.messages.length) return null;
    const { initiator, responder, handshakeHash } = this.#symmetric.split();
    this.destroy();
    const [send, receive] = this.#initiator ? [initiator, responder] : [responder, initiator];
    return { send, receive, handshakeHash };
  }

  #writeToken(token: Token): Uint8Array {
    if (token === 'e') {
      this.#ephemeral ??= this.#provider.generateKeyPair();
      this.#mixEphemeral(this.#ephemeral.publicKey);
      return this.#ephemeral.publicKey;
    }
    if (token === 's') return this.#symmetric.encryptAndHash(this.#own(this.#static, 'static key').publicKey);
    this.#mixSecret(token);
    return new Uint8Array(0);
  }

  #readToken(token: Token, rest: Uint8Array): Uint8Array {
    if (token === 'e') {
      this.#remoteEphemeral = take(rest, KEY_BYTES).slice();
      this.#mixEphemeral(this.#remoteEphemeral);
      return rest.subarray(KEY_BYTES);
    }
    if (token === 's') {
      const length = this.#symmetric.hasKey ? KEY_BYTES + AEAD_TAG_BYTES : KEY_BYTES;
      this.#remoteStatic = this.#symmetric.decryptAndHash(take(rest, length)).slice();
      return rest.subarray(length);
    }
    this.#mixSecret(token);
    return rest;
  }

  #mixEphemeral(publicKey: Uint8Array): void {
    this.#symmetric.mixHash(publicKey);
    if (this.#pattern.pskCount > 0) this.#symmetric.mixKey(publicKey);
  }

  #mixSecret(token: Exclude<Token, 'e' | 's'>): void {
    if (token === 'psk') {
      const source = this.#psks.shift()!;
      const psk = typeof source === 'function' ? source(this.#remoteStatic) : source;
      if (psk.length !== KEY_BYTES) throw missing('pre-shared keys of 32 bytes');
      this.#symmetric.mixKeyAndHash(psk);
      return;
    }
    // The first letter is the initiator's key, the second the responder's (Noise §7.1).
    const [mine, theirs] = this.#initiator ? [token[0], token[1]] : [token[1], token[0]];
    const pair = this.#own(mine === 'e' ? this.#ephemeral : this.#static, 'key pair');
    const remote = this.#own(theirs === 'e' ? this.#remoteEphemeral : this.#remoteStatic, 'remote key');
    const shared = this.#provider.dh(pair.secretKey, remote);
    this.#symmetric.mixKey(shared);
    wipe(shared);
  }

  #mixPreMessage(tokens: readonly Token[], own: boolean): void {
    for (const token of tokens) {
      if (token !== 's') throw missing('a pre-message of static keys');
      this.#symmetric.mixHash(
        own ? this.#own(this.#static, 'static key').publicKey : this.#own(this.#remoteStatic, 'remote static key'),
      );
    }
  }

  #own<T>(value: T | null, what: string): T {
    if (value === null) throw missing(what);
    return value;
  }
}

function take(bytes: Uint8Array, length: number): Uint8Array {
  if (bytes.length < length) throw badMessage();
  return bytes.subarray(0, length);
}

function missing(what: string): HandshakeError {
  return new HandshakeError('missing_key', `This handshake pattern needs: ${what}. Pass it in the options.`);
}
