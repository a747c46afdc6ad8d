import { concat, utf8, wipe } from '../bytes.ts';
import type { CryptoProvider } from '../crypto/crypto-provider.ts';
import { CipherState } from './cipher-state.ts';

const NO_DATA = new Uint8Array(0);
const HASH_BYTES = 32;

/** SymmetricState of Noise §5.2: chaining key, transcript hash and the handshake's current cipher. */
export class SymmetricState {
  readonly #provider: CryptoProvider;
  #hash: Uint8Array;
  #chainingKey: Uint8Array;
  #cipher: CipherState | null = null;

  constructor(provider: CryptoProvider, protocolName: string) {
    this.#provider = provider;
    const name = utf8(protocolName);
    this.#hash =
      name.length <= HASH_BYTES ? concat(name, new Uint8Array(HASH_BYTES - name.length)) : provider.sha256(name);
    this.#chainingKey = this.#hash.slice();
  }

  get hasKey(): boolean {
    return this.#cipher !== null;
  }

  mixKey(input: Uint8Array): void {
    const [chainingKey, key] = this.#hkdf(input, 2);
    this.#advance(chainingKey!, key!);
  }

  mixHash(data: Uint8Array): void {
    this.#hash = this.#provider.sha256(this.#hash, data);
  }

  mixKeyAndHash(input: Uint8Array): void {
    const [chainingKey, hash, key] = this.#hkdf(input, 3);
    this.mixHash(hash!);
    wipe(hash!);
    this.#advance(chainingKey!, key!);
  }

  /** Passes the plaintext through while there is no key yet. */
  encryptAndHash(plaintext: Uint8Array): Uint8Array {
    const ciphertext = this.#cipher ? this.#cipher.encrypt(this.#hash, plaintext) : plaintext;
    this.mixHash(ciphertext);
    return ciphertext;
  }

  /** Throws CipherError `bad_tag`. */
  decryptAndHash(ciphertext: Uint8Array): Uint8Array {
    const plaintext = this.#cipher ? this.#cipher.decrypt(this.#hash, ciphertext) : ciphertext;
    this.mixHash(ciphertext);
    return plaintext;
  }

  /** The initiator's and the responder's sending cipher, and the handshake hash. This state is wiped. */
  split(): { initiator: CipherState; responder: CipherState; handshakeHash: Uint8Array } {
    const keys = this.#hkdf(NO_DATA, 2);
    const initiator = new CipherState(this.#provider, keys[0]!);
    const responder = new CipherState(this.#provider, keys[1]!);
    wipe(...keys);
    this.destroy();
    return { initiator, responder, handshakeHash: this.#hash };
  }

  destroy(): void {
    this.#chainingKey.fill(0);
    this.#cipher?.destroy();
    this.#cipher = null;
  }

  #advance(chainingKey: Uint8Array, key: Uint8Array): void {
    wipe(this.#chainingKey);
    this.#chainingKey = chainingKey;
    this.#cipher?.destroy();
    this.#cipher = new CipherState(this.#provider, key);
    wipe(key);
  }

  /** HKDF of Noise §4.3 over the chaining key. */
  #hkdf(input: Uint8Array, outputs: 2 | 3): Uint8Array[] {
    const secret = this.#provider.hmac(this.#chainingKey, input);
    const blocks: Uint8Array[] = [];
    for (let n = 1; n <= outputs; n++)
      blocks.push(this.#provider.hmac(secret, blocks.at(-1) ?? NO_DATA, Uint8Array.of(n)));
    wipe(secret);
    return blocks;
  }
}
