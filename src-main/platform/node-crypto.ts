import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  randomBytes,
} from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { fromBase64url, toBase64url } from '../../src-shared/bytes.ts';
import { AEAD_TAG_BYTES, CryptoError } from '../../src-shared/crypto/crypto-provider.ts';
import type { AeadKey, CryptoProvider } from '../../src-shared/crypto/crypto-provider.ts';

/**
 * The back-end of the daemon, the command line and the desktop main process. AES-GCM needs no separate way for large records here.
 * Imported private keys are remembered per array (importing costs more than the Diffie-Hellman), for as long as the array is
 * reachable: whoever wipes a secret key lets go of it as well.
 */
export function createNodeProvider(): CryptoProvider {
  const imported = new WeakMap<Uint8Array, KeyObject>();
  const privateKey = (secretKey: Uint8Array): KeyObject => {
    let key = imported.get(secretKey);
    if (!key) imported.set(secretKey, (key = importPrivateKey(secretKey)));
    return key;
  };
  return {
    name: 'node',
    generateKeyPair: () => {
      // Any 32 bytes are a secret key (RFC 7748 §5). Not generateKeyPairSync: exporting what it made can stop the process for ever
      // (Node 20: a garbage collection during the export locks the same key a second time).
      const secretKey = new Uint8Array(randomBytes(32));
      return { secretKey, publicKey: publicKeyOf(privateKey(secretKey)) };
    },
    publicKey: (secretKey) => publicKeyOf(privateKey(secretKey)),
    dh: (secretKey, publicKey) => {
      const pair = { privateKey: privateKey(secretKey), publicKey: importPublicKey(publicKey) };
      try {
        return diffieHellman(pair);
      } catch (cause) {
        throw new CryptoError('low_order_key', 'The peer sent a public key of low order.', { cause });
      }
    },
    aead: (key) => new NodeAeadKey(key),
    sha256: (...parts) => absorb(createHash('sha256'), parts).digest(),
    hmac: (key, ...parts) => absorb(createHmac('sha256', key), parts).digest(),
    random: (length) => randomBytes(length),
  };
}

class NodeAeadKey implements AeadKey {
  readonly #key: Uint8Array;
  #wiped = false;

  constructor(key: Uint8Array) {
    checkKey(key);
    this.#key = new Uint8Array(key);
  }

  seal(nonce: Uint8Array, ad: Uint8Array, data: Uint8Array): Uint8Array {
    const cipher = createCipheriv('aes-256-gcm', this.#usable(), nonce, { authTagLength: AEAD_TAG_BYTES });
    if (ad.length > 0) cipher.setAAD(ad);
    const sealed = Buffer.allocUnsafe(data.length + AEAD_TAG_BYTES);
    sealed.set(cipher.update(data));
    cipher.final();
    sealed.set(cipher.getAuthTag(), data.length);
    return sealed;
  }

  open(nonce: Uint8Array, ad: Uint8Array, sealed: Uint8Array): Uint8Array | null {
    if (sealed.length < AEAD_TAG_BYTES) return null;
    const end = sealed.length - AEAD_TAG_BYTES;
    const decipher = createDecipheriv('aes-256-gcm', this.#usable(), nonce, { authTagLength: AEAD_TAG_BYTES });
    if (ad.length > 0) decipher.setAAD(ad);
    decipher.setAuthTag(sealed.subarray(end));
    const data = decipher.update(sealed.subarray(0, end));
    try {
      decipher.final();
    } catch {
      return null;
    }
    return data;
  }

  wipe(): void {
    this.#wiped = true;
    this.#key.fill(0);
  }

  #usable(): Uint8Array {
    if (this.#wiped) throw new CryptoError('key_wiped', 'This key was wiped. Open a new channel.');
    return this.#key;
  }
}

function importPrivateKey(secretKey: Uint8Array): KeyObject {
  checkKey(secretKey);
  // Node wants an `x` here and computes the real one itself. JWK imports five times faster than PKCS #8.
  const jwk = { kty: 'OKP', crv: 'X25519', d: toBase64url(secretKey), x: toBase64url(new Uint8Array(32)) };
  return createPrivateKey({ key: jwk, format: 'jwk' });
}

function publicKeyOf(privateKey: KeyObject): Uint8Array {
  return fromBase64url(privateKey.export({ format: 'jwk' }).x ?? '');
}

function importPublicKey(publicKey: Uint8Array): KeyObject {
  checkKey(publicKey);
  return createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x: toBase64url(publicKey) }, format: 'jwk' });
}

function absorb<Hash extends { update(data: Uint8Array): unknown }>(hash: Hash, parts: readonly Uint8Array[]): Hash {
  for (const part of parts) hash.update(part);
  return hash;
}

function checkKey(key: Uint8Array): void {
  if (key.length !== 32) throw new CryptoError('bad_key', `A key is 32 bytes, not ${key.length}.`);
}
