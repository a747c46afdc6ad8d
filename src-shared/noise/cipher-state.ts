import { AEAD_TAG_BYTES } from '../crypto/crypto-provider.ts';
import type { AeadKey, CryptoProvider } from '../crypto/crypto-provider.ts';
import { CipherError } from './noise-errors.ts';

/** 2^64-1 belongs to REKEY alone (Noise §5.1). */
const RESERVED_NONCE = 2n ** 64n - 1n;
const REKEY_NONCE = new Uint8Array(12).fill(0xff, 4);
const NO_DATA = new Uint8Array(0);

/** CipherState of Noise §5.1 with a key: one direction, an implicit counter. */
export class CipherState {
  readonly #provider: CryptoProvider;
  #key: AeadKey | null;
  #nonce: bigint;
  readonly #nonceBytes = new Uint8Array(12);
  readonly #nonceView = new DataView(this.#nonceBytes.buffer);

  /** Copies the 32 key bytes. `nonce` is the number of the next message. */
  constructor(provider: CryptoProvider, key: Uint8Array, nonce = 0n) {
    this.#provider = provider;
    this.#key = provider.aead(key);
    this.#nonce = nonce;
  }

  get nonce(): bigint {
    return this.#nonce;
  }

  /** Data of this many bytes and more is better passed to the `Large` methods; Infinity when there is no better way. */
  get largeThreshold(): number {
    return this.#key?.large?.threshold ?? Infinity;
  }

  /** Throws {@link CipherError} `nonce_exhausted`. */
  encrypt(ad: Uint8Array, plaintext: Uint8Array): Uint8Array {
    const sealed = this.#usable().seal(this.#currentNonce(), ad, plaintext);
    this.#nonce += 1n;
    return sealed;
  }

  /** Throws {@link CipherError} `bad_tag`, after which the counter stands where it stood, or `nonce_exhausted`. */
  decrypt(ad: Uint8Array, ciphertext: Uint8Array): Uint8Array {
    const plaintext = this.#usable().open(this.#currentNonce(), ad, ciphertext);
    if (!plaintext) throw badTag();
    this.#nonce += 1n;
    return plaintext;
  }

  /** Like {@link encrypt}; takes its number at the call, so that calls may overlap. */
  async encryptLarge(ad: Uint8Array, plaintext: Uint8Array): Promise<Uint8Array> {
    const key = this.#usable();
    const nonce = this.#currentNonce().slice();
    this.#nonce += 1n;
    return key.large ? key.large.seal(nonce, ad, plaintext) : key.seal(nonce, ad, plaintext);
  }

  /** Like {@link decrypt}, but it takes its number at the call, also for a message that turns out to be forged. */
  async decryptLarge(ad: Uint8Array, ciphertext: Uint8Array): Promise<Uint8Array> {
    const key = this.#usable();
    const nonce = this.#currentNonce().slice();
    this.#nonce += 1n;
    const plaintext = await (key.large ? key.large.open(nonce, ad, ciphertext) : key.open(nonce, ad, ciphertext));
    if (!plaintext) throw badTag();
    return plaintext;
  }

  /** REKEY of Noise §4.2 and §11.3: the counter goes on. */
  rekey(): void {
    const old = this.#live();
    const fresh = old.seal(REKEY_NONCE, NO_DATA, new Uint8Array(32));
    this.#key = this.#provider.aead(fresh.subarray(0, fresh.length - AEAD_TAG_BYTES));
    fresh.fill(0);
    old.wipe();
  }

  /** Overwrites the key. Idempotent. */
  destroy(): void {
    this.#key?.wipe();
    this.#key = null;
  }

  /** 4 zero bytes, then the counter big-endian (Noise §12.4, AESGCM). */
  #currentNonce(): Uint8Array {
    this.#nonceView.setBigUint64(4, this.#nonce);
    return this.#nonceBytes;
  }

  #usable(): AeadKey {
    if (this.#nonce >= RESERVED_NONCE)
      throw new CipherError('nonce_exhausted', 'The message counter is used up. Open a new channel.');
    return this.#live();
  }

  #live(): AeadKey {
    if (!this.#key) throw new CipherError('destroyed', 'This cipher was destroyed. Open a new channel.');
    return this.#key;
  }
}

function badTag(): CipherError {
  return new CipherError('bad_tag', 'The message did not verify. Close the connection.');
}
