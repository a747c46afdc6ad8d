import { gcm } from '@noble/ciphers/aes.js';
import { x25519 } from '@noble/curves/ed25519.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { AEAD_TAG_BYTES, CryptoError } from './crypto-provider.ts';
import type { AeadKey, CryptoProvider, LargeAead } from './crypto-provider.ts';

/** Below this WebCrypto's fixed cost per call (about 35 µs and a turn of the event loop) outweighs its speed. */
const WEB_CRYPTO_THRESHOLD = 2048;

export interface NobleProviderOptions {
  /** WebCrypto for large records; the platform's own by default (pages outside a secure context have none). */
  readonly subtle?: SubtleCrypto | undefined;
  readonly random?: (length: number) => Uint8Array;
}

/** The back-end of browsers: pure JavaScript, plus WebCrypto's AES-GCM for large records where it exists. */
export function createNobleProvider(options: NobleProviderOptions = {}): CryptoProvider {
  const subtle = 'subtle' in options ? options.subtle : platformSubtle();
  const random = options.random ?? ((length) => crypto.getRandomValues(new Uint8Array(length)));
  return {
    name: 'noble',
    generateKeyPair: () => {
      const secretKey = random(32);
      return { secretKey, publicKey: x25519.getPublicKey(secretKey) };
    },
    publicKey: (secretKey) => {
      checkKey(secretKey);
      return x25519.getPublicKey(secretKey);
    },
    dh: (secretKey, publicKey) => {
      checkKey(secretKey);
      checkKey(publicKey);
      try {
        return x25519.getSharedSecret(secretKey, publicKey);
      } catch (cause) {
        throw new CryptoError('low_order_key', 'The peer sent a public key of low order.', { cause });
      }
    },
    aead: (key) => new NobleAeadKey(key, subtle),
    sha256: (...parts) => absorb(sha256.create(), parts).digest(),
    hmac: (key, ...parts) => absorb(hmac.create(sha256, key), parts).digest(),
    random,
  };
}

class NobleAeadKey implements AeadKey {
  readonly large?: LargeAead;
  readonly #key: Uint8Array<ArrayBuffer>;
  #wiped = false;

  constructor(key: Uint8Array, subtle: SubtleCrypto | undefined) {
    checkKey(key);
    this.#key = new Uint8Array(key);
    if (subtle) this.large = webCryptoAead(subtle, () => this.#usable());
  }

  seal(nonce: Uint8Array, ad: Uint8Array, data: Uint8Array): Uint8Array {
    return gcm(this.#usable(), nonce, ad).encrypt(data);
  }

  open(nonce: Uint8Array, ad: Uint8Array, sealed: Uint8Array): Uint8Array | null {
    const cipher = gcm(this.#usable(), nonce, ad);
    try {
      return cipher.decrypt(sealed);
    } catch {
      return null;
    }
  }

  wipe(): void {
    this.#wiped = true;
    this.#key.fill(0);
  }

  #usable(): Uint8Array<ArrayBuffer> {
    if (this.#wiped) throw new CryptoError('key_wiped', 'This key was wiped. Open a new channel.');
    return this.#key;
  }
}

function webCryptoAead(subtle: SubtleCrypto, key: () => Uint8Array<ArrayBuffer>): LargeAead {
  let imported: Promise<CryptoKey> | undefined;
  // importKey copies the bytes before it returns, so the key may be wiped while the import is under way.
  const cryptoKey = () => (imported ??= subtle.importKey('raw', key(), 'AES-GCM', false, ['encrypt', 'decrypt']));
  return {
    threshold: WEB_CRYPTO_THRESHOLD,
    seal: async (nonce, ad, data) =>
      new Uint8Array(await subtle.encrypt(parameters(nonce, ad), await cryptoKey(), data as BufferSource)),
    open: async (nonce, ad, sealed) => {
      const opening = cryptoKey();
      try {
        return new Uint8Array(await subtle.decrypt(parameters(nonce, ad), await opening, sealed as BufferSource));
      } catch {
        return null;
      }
    },
  };
}

function parameters(nonce: Uint8Array, ad: Uint8Array): AesGcmParams {
  return {
    name: 'AES-GCM',
    iv: nonce as BufferSource,
    additionalData: ad as BufferSource,
    tagLength: AEAD_TAG_BYTES * 8,
  };
}

/** Typed as always there, but missing on pages that were loaded over plain http. */
function platformSubtle(): SubtleCrypto | undefined {
  const platform: { readonly subtle?: SubtleCrypto } = globalThis.crypto;
  return platform.subtle;
}

function absorb<Hash extends { update(data: Uint8Array): unknown }>(hash: Hash, parts: readonly Uint8Array[]): Hash {
  for (const part of parts) hash.update(part);
  return hash;
}

function checkKey(key: Uint8Array): void {
  if (key.length !== 32) throw new CryptoError('bad_key', `A key is 32 bytes, not ${key.length}.`);
}
