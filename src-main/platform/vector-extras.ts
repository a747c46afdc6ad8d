import type { CryptoProvider } from '../../src-shared/crypto/crypto-provider.ts';
import { CipherState } from '../../src-shared/noise/cipher-state.ts';
import { HandshakeState } from '../../src-shared/noise/handshake-state.ts';
import { expectEqual, expectRefused, outcome } from './vector-checks.ts';
import type { VectorOutcome } from './vector-checks.ts';
import type { ExtraVectors } from './vector-file.ts';

/** Boundary nonces, REKEY, the reserved nonce and low-order public keys on one back-end. Never throws. */
export function runExtraVectors(provider: CryptoProvider, vectors: ExtraVectors): VectorOutcome[] {
  const { key, ad, plaintext } = vectors;
  const cipher = (k: Uint8Array, nonce: bigint) => new CipherState(provider, k, nonce);
  const outcomes = vectors.nonces.map(({ n, ciphertext }) =>
    outcome(`nonce ${n}`, () => {
      expectEqual('ciphertext', cipher(key, n).encrypt(ad, plaintext), ciphertext);
      expectEqual('plaintext', cipher(key, n).decrypt(ad, ciphertext), plaintext);
      const forged = ciphertext.slice();
      forged[forged.length - 1]! ^= 1;
      expectRefused('forged tag', 'bad_tag', () => cipher(key, n).decrypt(ad, forged));
    }),
  );
  for (const { n, k, ciphertext } of vectors.rekey)
    outcomes.push(
      outcome(`rekey ${n}`, () => {
        const rekeyed = cipher(key, BigInt(n));
        for (let i = 0; i < n; i++) rekeyed.rekey();
        expectEqual('ciphertext', rekeyed.encrypt(ad, plaintext), ciphertext);
        expectEqual('ciphertext under the listed key', cipher(k, BigInt(n)).encrypt(ad, plaintext), ciphertext);
      }),
    );
  const reserved = vectors.nonceReserved?.n;
  if (reserved !== undefined)
    outcomes.push(
      outcome('reserved nonce', () => {
        expectRefused('sending', 'nonce_exhausted', () => cipher(key, reserved).encrypt(ad, plaintext));
        expectRefused('receiving', 'nonce_exhausted', () => cipher(key, reserved).decrypt(ad, plaintext));
      }),
    );
  for (const [index, publicKey] of vectors.lowOrderX25519PublicKeys.entries())
    outcomes.push(outcome(`low-order key ${index}`, () => expectLowOrderRefused(provider, publicKey)));
  return outcomes;
}

/** As a bare Diffie-Hellman, as the peer's ephemeral key, and as its static key. */
function expectLowOrderRefused(provider: CryptoProvider, publicKey: Uint8Array): void {
  const own = provider.generateKeyPair();
  expectRefused('Diffie-Hellman', 'low_order_key', () => provider.dh(own.secretKey, publicKey));
  const common = { provider, prologue: new Uint8Array(0) };
  const responder = () =>
    new HandshakeState({
      ...common,
      protocolName: 'Noise_NK_25519_AESGCM_SHA256',
      initiator: false,
      staticKeyPair: own,
    });
  const firstMessage = new Uint8Array(48);
  firstMessage.set(publicKey);
  expectRefused('ephemeral key', 'bad_message', () => responder().readMessage(firstMessage));
  const initiator = new HandshakeState({
    ...common,
    protocolName: 'Noise_NK_25519_AESGCM_SHA256',
    initiator: true,
    remoteStatic: publicKey,
  });
  expectRefused('static key', 'bad_message', () => initiator.writeMessage(new Uint8Array(0)));
}
