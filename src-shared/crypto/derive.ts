import { utf8 } from '../bytes.ts';
import type { CryptoProvider } from './crypto-provider.ts';

/** PSK (32 bytes) of the pairing handshake that an offer secret stands for. */
export function offerPsk(provider: CryptoProvider, offerSecret: Uint8Array): Uint8Array {
  return derive(provider, offerSecret, 'paseo offer psk v1');
}

/** Names an offer in the clear (16 bytes) without telling anything about its secret. */
export function offerId(provider: CryptoProvider, offerSecret: Uint8Array): Uint8Array {
  return derive(provider, offerSecret, 'paseo offer id v1').slice(0, 16);
}

/** Join token (32 bytes) that lets a relay recognise the client of this offer. */
export function offerJoinToken(provider: CryptoProvider, offerSecret: Uint8Array): Uint8Array {
  return derive(provider, offerSecret, 'paseo offer join v1');
}

/** Six digits for two people to compare: the first 8 bytes, big-endian, modulo 1,000,000, with leading zeros. */
export function sasDigits(provider: CryptoProvider, handshakeHash: Uint8Array): string {
  const bytes = derive(provider, handshakeHash, 'paseo sas v1');
  const number = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0) % 1_000_000n;
  return number.toString().padStart(6, '0');
}

/** HKDF-SHA256 (RFC 5869) with an empty salt, one label as info, and one block (32 bytes) of output. */
function derive(provider: CryptoProvider, secret: Uint8Array, label: string): Uint8Array {
  const pseudoRandomKey = provider.hmac(new Uint8Array(32), secret);
  const output = provider.hmac(pseudoRandomKey, utf8(label), Uint8Array.of(1));
  pseudoRandomKey.fill(0);
  return output;
}
