import { concat, fromHex, lengthPrefixed, toBase32, toHex, utf8 } from '../bytes.ts';

/** SHA-256 of the parts one after the other, as the crypto provider has it. */
type Sha256 = (...parts: readonly Uint8Array[]) => Uint8Array;

/**
 * `base32(SHA-256("paseo relay session v1" 0x00 || Ed25519 public key))[0..32]`: whoever holds the key owns the id.
 * Source: docs/protocol.md.
 */
export function sessionIdOf(publicKey: Uint8Array, sha256: Sha256): string {
  return toBase32(sha256(utf8('paseo relay session v1\0'), publicKey)).slice(0, 32);
}

/** What the relay holds of a join token (32 bytes): its SHA-256 in lower-case hex. */
export function tokenHash(token: Uint8Array, sha256: Sha256): string {
  return toHex(sha256(token));
}

interface ClaimContent {
  /** The `host:port` that the daemon dialled, in lower case. */
  readonly relayName: string;
  /** 32 bytes from the relay. */
  readonly challenge: Uint8Array;
  readonly sessionId: string;
  /** Lower-case hex, in any order. */
  readonly tokenHashes: readonly string[];
}

/**
 * The bytes that a claim's Ed25519 signature covers:
 * `"paseo relay claim v1" 0x00 || lp(relay name) || challenge || session id || SHA-256(token set)`. The session id is its
 * 32 characters in ASCII; the token set is the sorted hashes, 32 bytes each, one after the other.
 */
export function claimMessage(claim: ClaimContent, sha256: Sha256): Uint8Array {
  const tokenSet = [...claim.tokenHashes].sort().map((hash) => fromHex(hash));
  return concat(
    utf8('paseo relay claim v1\0'),
    lengthPrefixed(utf8(claim.relayName)),
    claim.challenge,
    utf8(claim.sessionId),
    sha256(...tokenSet),
  );
}
