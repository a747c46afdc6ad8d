import { describe, expect, it } from 'vitest';
import { fromHex, toHex, utf8 } from '../../src-shared/bytes.ts';
import { generateSigningKeyPair, signingPublicKey, signMessage, verifySignature } from './ed25519.ts';

/** RFC 8032 §7.1, test 1. */
const SECRET = '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60';
const PUBLIC = 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a';

describe('Ed25519', () => {
  it('derives the public key of RFC 8032 and its signature verifies', () => {
    expect(toHex(signingPublicKey(fromHex(SECRET)))).toBe(PUBLIC);
    const signature = signMessage(fromHex(SECRET), new Uint8Array(0));
    expect(toHex(signature)).toMatch(/^e5564300c360ac729086e2cc806e828a/);
    expect(verifySignature(fromHex(PUBLIC), new Uint8Array(0), signature)).toBe(true);
  });

  it('refuses another message, another key, a changed signature and malformed input', () => {
    const pair = generateSigningKeyPair();
    const message = utf8('claim');
    const signature = signMessage(pair.secretKey, message);
    expect(verifySignature(pair.publicKey, message, signature)).toBe(true);
    expect(verifySignature(pair.publicKey, utf8('claims'), signature)).toBe(false);
    expect(verifySignature(generateSigningKeyPair().publicKey, message, signature)).toBe(false);
    for (let i = 0; i < 64; i++) {
      const changed = signature.slice();
      changed[i]! ^= 1;
      expect(verifySignature(pair.publicKey, message, changed)).toBe(false);
    }
    expect(verifySignature(pair.publicKey.subarray(1), message, signature)).toBe(false);
    expect(verifySignature(pair.publicKey, message, signature.subarray(1))).toBe(false);
    expect(verifySignature(new Uint8Array(32).fill(255), message, signature)).toBe(false);
    expect(() => signMessage(new Uint8Array(31), message)).toThrow(expect.objectContaining({ code: 'bad_key' }));
  });
});
