import { createPrivateKey, createPublicKey, randomBytes, sign, verify } from 'node:crypto';
import { fromBase64url, toBase64url } from '../../src-shared/bytes.ts';
import { CryptoError } from '../../src-shared/crypto/crypto-provider.ts';

/** Ed25519 (RFC 8032): 32 bytes each. Owns a session id at a relay. */
export interface SigningKeyPair {
  readonly publicKey: Uint8Array;
  readonly secretKey: Uint8Array;
}

export function generateSigningKeyPair(): SigningKeyPair {
  // Any 32 bytes are a secret key (RFC 8032 §5.1.5); node-crypto.ts says why not generateKeyPairSync.
  const secretKey = new Uint8Array(randomBytes(32));
  return { secretKey, publicKey: signingPublicKey(secretKey) };
}

/** The public key of 32 secret bytes. Throws {@link CryptoError} `bad_key`. */
export function signingPublicKey(secretKey: Uint8Array): Uint8Array {
  return fromBase64url(importSecret(secretKey).export({ format: 'jwk' }).x ?? '');
}

/** 64 bytes. Throws {@link CryptoError} `bad_key`. */
export function signMessage(secretKey: Uint8Array, message: Uint8Array): Uint8Array {
  return sign(null, message, importSecret(secretKey));
}

/** False for anything that is not a signature of exactly this message by this key, malformed keys included. */
export function verifySignature(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (publicKey.length !== 32 || signature.length !== 64) return false;
  try {
    const jwk = { kty: 'OKP', crv: 'Ed25519', x: toBase64url(publicKey) };
    return verify(null, message, createPublicKey({ key: jwk, format: 'jwk' }), signature);
  } catch {
    return false;
  }
}

function importSecret(secretKey: Uint8Array) {
  if (secretKey.length !== 32) throw new CryptoError('bad_key', `A key is 32 bytes, not ${secretKey.length}.`);
  // Node wants an `x` here and computes the real one itself.
  const jwk = { kty: 'OKP', crv: 'Ed25519', d: toBase64url(secretKey), x: toBase64url(new Uint8Array(32)) };
  return createPrivateKey({ key: jwk, format: 'jwk' });
}
