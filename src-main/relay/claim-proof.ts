import { createHash } from 'node:crypto';
import { fromBase64url } from '../../src-shared/bytes.ts';
import type { RelayClaim } from '../../src-shared/relay/envelopes.ts';
import { claimMessage, sessionIdOf } from '../../src-shared/relay/session-id.ts';
import { verifySignature } from '../platform/ed25519.ts';

/** Whether the claim was signed by the owner of its session id, for this relay name, this challenge and this token set. */
export function isProven(claim: RelayClaim, relayName: string, challenge: Uint8Array): boolean {
  const publicKey = fromBase64url(claim.publicKey);
  if (sessionIdOf(publicKey, sha256) !== claim.sessionId) return false;
  const content = { relayName, challenge, sessionId: claim.sessionId, tokenHashes: claim.tokenHashes };
  return verifySignature(publicKey, claimMessage(content, sha256), decodeSignature(claim.signature));
}

/** Empty, which is no signature, when the unused bits of the last digit are not zero. */
function decodeSignature(text: string): Uint8Array {
  try {
    return fromBase64url(text);
  } catch {
    return new Uint8Array(0);
  }
}

function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}
