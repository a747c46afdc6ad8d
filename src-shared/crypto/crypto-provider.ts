import { CodedError } from '../coded-error.ts';

/** X25519 (RFC 7748), 32 bytes each. */
export interface KeyPair {
  readonly publicKey: Uint8Array;
  readonly secretKey: Uint8Array;
}

/**
 * One AES-256-GCM key, ready for use. Nonces are 12 bytes, tags 16 bytes at the end of the sealed data.
 * `ad` is the associated data, often empty.
 */
export interface AeadKey {
  seal(nonce: Uint8Array, ad: Uint8Array, data: Uint8Array): Uint8Array;
  /** null when the tag does not match, or when `sealed` is too short to hold one. */
  open(nonce: Uint8Array, ad: Uint8Array, sealed: Uint8Array): Uint8Array | null;
  /** Faster for data of `threshold` bytes and more; absent where {@link seal} is the fastest for every size. */
  readonly large?: LargeAead;
  /** Forgets the key: overwrites every copy this object holds. Using it afterwards throws. */
  wipe(): void;
}

/** The caller must not change `data` or `sealed` before the promise settles. Wiping the key does not stop what has begun. */
export interface LargeAead {
  readonly threshold: number;
  seal(nonce: Uint8Array, ad: Uint8Array, data: Uint8Array): Promise<Uint8Array>;
  open(nonce: Uint8Array, ad: Uint8Array, sealed: Uint8Array): Promise<Uint8Array | null>;
}

/** The primitives of `25519_AESGCM_SHA256`. Two implementations must agree byte for byte: node:crypto and @noble. */
export interface CryptoProvider {
  readonly name: string;
  generateKeyPair(): KeyPair;
  /** The public key of 32 secret bytes. */
  publicKey(secretKey: Uint8Array): Uint8Array;
  /** X25519; throws {@link CryptoError} `low_order_key` when the output is all zeros, `bad_key` for a wrong length. */
  dh(secretKey: Uint8Array, publicKey: Uint8Array): Uint8Array;
  /** Copies the 32 key bytes. */
  aead(key: Uint8Array): AeadKey;
  /** SHA-256 of the parts one after the other. */
  sha256(...parts: readonly Uint8Array[]): Uint8Array;
  /** HMAC-SHA256 of the parts one after the other. */
  hmac(key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array;
  /** Cryptographically secure random bytes. */
  random(length: number): Uint8Array;
}

export class CryptoError extends CodedError<'low_order_key' | 'bad_key' | 'key_wiped'> {}

export const AEAD_TAG_BYTES = 16;
