import { hkdfSync } from 'node:crypto';
import { expect, it } from 'vitest';
import { toHex, utf8 } from '../bytes.ts';
import { offerId, offerJoinToken, offerPsk, sasDigits } from './derive.ts';
import { createNobleProvider } from './noble-provider.ts';

const provider = createNobleProvider();

function reference(secret: Uint8Array, label: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, new Uint8Array(0), utf8(label), 32));
}

it('derives from an offer secret with HKDF-SHA256, an empty salt and one label each', () => {
  const secret = provider.random(32);
  expect(toHex(offerPsk(provider, secret))).toBe(reference(secret, 'paseo offer psk v1').toString('hex'));
  expect(toHex(offerId(provider, secret))).toBe(reference(secret, 'paseo offer id v1').toString('hex').slice(0, 32));
  expect(toHex(offerJoinToken(provider, secret))).toBe(reference(secret, 'paseo offer join v1').toString('hex'));
});

it('makes six digits of a handshake hash, leading zeros included', () => {
  const seen = new Set<string>();
  for (let n = 0; n < 200; n++) {
    const hash = provider.sha256(Uint8Array.of(n));
    const digits = sasDigits(provider, hash);
    expect(digits).toBe((reference(hash, 'paseo sas v1').readBigUInt64BE() % 1_000_000n).toString().padStart(6, '0'));
    expect(digits).toMatch(/^\d{6}$/);
    seen.add(digits);
  }
  expect([...seen].some((digits) => digits.startsWith('0'))).toBe(true);
  expect(seen.size).toBeGreaterThan(195);
});
