import { createHash, createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex, utf8 } from '../../src-shared/bytes.ts';
import { createNobleProvider } from '../../src-shared/crypto/noble-provider.ts';
import { createNodeProvider } from './node-crypto.ts';

/** RFC 7748 §6.1. */
const BOB_SECRET = '5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb';
const BOB_PUBLIC = 'de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f';
const ALICE_PUBLIC = '8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a';
const SHARED_SECRET = '4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742';

const node = createNodeProvider();
const noble = createNobleProvider();
const providers = [node, noble];

describe.each(providers)('crypto provider $name', (provider) => {
  it('computes the Diffie-Hellman of RFC 7748 §6.1', () => {
    const bob = fromHex(BOB_SECRET);
    expect(toHex(provider.publicKey(bob))).toBe(BOB_PUBLIC);
    expect(toHex(provider.dh(bob, fromHex(ALICE_PUBLIC)))).toBe(SHARED_SECRET);
  });

  it('hashes and authenticates parts like their concatenation', () => {
    const parts = [utf8('one'), new Uint8Array(0), utf8('two')];
    expect(toHex(provider.sha256(...parts))).toBe(createHash('sha256').update('onetwo').digest('hex'));
    expect(toHex(provider.hmac(utf8('key'), ...parts))).toBe(
      createHmac('sha256', 'key').update('onetwo').digest('hex'),
    );
  });

  it('makes a new key pair every time', () => {
    const keys = Array.from({ length: 50 }, () => toHex(provider.generateKeyPair().publicKey));
    expect(new Set(keys).size).toBe(50);
  });

  it('refuses keys of a wrong length', () => {
    const { secretKey, publicKey } = provider.generateKeyPair();
    expect(() => provider.dh(secretKey, publicKey.subarray(1))).toThrow(expect.objectContaining({ code: 'bad_key' }));
    expect(() => provider.dh(secretKey.subarray(1), publicKey)).toThrow(expect.objectContaining({ code: 'bad_key' }));
    expect(() => provider.publicKey(new Uint8Array(31))).toThrow(expect.objectContaining({ code: 'bad_key' }));
    expect(() => provider.aead(new Uint8Array(16))).toThrow(expect.objectContaining({ code: 'bad_key' }));
  });

  it('opens what it sealed and gives null for every other tag, nonce, data or length', () => {
    const key = provider.aead(provider.random(32));
    const nonce = new Uint8Array(12);
    const sealed = key.seal(nonce, utf8('ad'), utf8('data'));
    expect(key.open(nonce, utf8('ad'), sealed)).toEqual(expect.objectContaining({ length: 4 }));
    expect(key.open(nonce, utf8('other'), sealed)).toBeNull();
    expect(key.open(new Uint8Array(12).fill(1), utf8('ad'), sealed)).toBeNull();
    for (let length = 0; length < sealed.length; length++)
      expect(key.open(nonce, utf8('ad'), sealed.subarray(0, length))).toBeNull();
  });

  it('does nothing with a wiped key', () => {
    const bytes = provider.random(32);
    const key = provider.aead(bytes);
    key.wipe();
    expect(bytes.some((byte) => byte !== 0)).toBe(true);
    expect(() => key.seal(new Uint8Array(12), new Uint8Array(0), new Uint8Array(0))).toThrow(
      expect.objectContaining({ code: 'key_wiped' }),
    );
    expect(() => key.open(new Uint8Array(12), new Uint8Array(0), new Uint8Array(16))).toThrow(
      expect.objectContaining({ code: 'key_wiped' }),
    );
  });
});

describe('the two back-ends', () => {
  it('agree on keys, secrets and ciphertexts', () => {
    for (let round = 0; round < 20; round++) {
      const a = node.generateKeyPair();
      const b = noble.generateKeyPair();
      expect(toHex(node.publicKey(b.secretKey))).toBe(toHex(b.publicKey));
      expect(toHex(node.dh(a.secretKey, b.publicKey))).toBe(toHex(noble.dh(b.secretKey, a.publicKey)));
      const [key, nonce, ad, data] = [node.random(32), node.random(12), node.random(round), node.random(round * 37)];
      const sealed = node.aead(key).seal(nonce, ad, data);
      expect(toHex(noble.aead(key).seal(nonce, ad, data))).toBe(toHex(sealed));
      expect(toHex(noble.aead(key).open(nonce, ad, sealed)!)).toBe(toHex(data));
    }
  });

  it('agree on public keys that are not canonical or have the top bit set', () => {
    const { secretKey } = node.generateKeyPair();
    for (const hex of ['f0' + 'ff'.repeat(30) + '7f', '09' + '00'.repeat(30) + '80', 'ff'.repeat(32)]) {
      expect(toHex(node.dh(secretKey, fromHex(hex)))).toBe(toHex(noble.dh(secretKey, fromHex(hex))));
    }
  });

  it('agree on large data through WebCrypto, also when the key is wiped meanwhile', async () => {
    const [key, nonce, data] = [node.random(32), node.random(12), node.random(60_000)];
    const aead = noble.aead(key);
    const ad = new Uint8Array(0);
    const sealing = aead.large!.seal(nonce, ad, data);
    aead.wipe();
    const sealed = await sealing;
    expect(Buffer.from(sealed).equals(node.aead(key).seal(nonce, ad, data))).toBe(true);
    const reader = noble.aead(key);
    expect(Buffer.from((await reader.large!.open(nonce, ad, sealed))!).equals(data)).toBe(true);
    sealed[59_999]! ^= 1;
    expect(await reader.large!.open(nonce, ad, sealed)).toBeNull();
  });
});
