import { z } from 'zod';
import { Key32, SessionId } from '../ids.ts';

/** Version of the relay protocol; a peer of another version gets close code 4426 and is told which side to update. */
export const RELAY_VERSION = 1;
export const RELAY_PATHS = { daemon: '/v1/daemon', client: '/v1/client', data: '/v1/data' } as const;

const Hash32 = z.string().regex(/^[0-9a-f]{64}$/);
const Signature64 = z.string().regex(/^[A-Za-z0-9_-]{86}$/);
const PipeId = z.string().regex(/^[a-z2-7]{16}$/);
const TokenHashes = z.array(Hash32).max(72);

/** First message of the relay on `/v1/daemon`: 32 fresh random bytes. */
const RelayChallenge = z.strictObject({ t: z.literal('challenge'), version: z.int(), challenge: Key32 });

/**
 * Proof of a session id: `publicKey` is its Ed25519 owner, `signature` covers relay name, challenge, session id and the
 * hash of the token set (docs/protocol.md).
 */
export const RelayClaim = z.strictObject({
  sessionId: SessionId,
  publicKey: Key32,
  tokenHashes: TokenHashes,
  signature: Signature64,
});
export type RelayClaim = z.infer<typeof RelayClaim>;

/** Daemon to relay on the control socket. */
export const DaemonToRelay = z.discriminatedUnion('t', [
  z.strictObject({
    t: z.literal('claim'),
    version: z.int(),
    relayName: z.string().max(261),
    claims: z.array(RelayClaim).min(1).max(8),
  }),
  /** Replaces the token set of a session this socket owns. Pipes of removed tokens are closed. */
  z.strictObject({ t: z.literal('tokens'), sessionId: SessionId, tokenHashes: TokenHashes }),
  /** The handshake on this pipe has finished: it stops being pending. */
  z.strictObject({ t: z.literal('admit'), pipe: PipeId }),
]);
export type DaemonToRelay = z.infer<typeof DaemonToRelay>;

/** Relay to daemon on the control socket, after the challenge. */
export const RelayToDaemon = z.discriminatedUnion('t', [
  RelayChallenge,
  z.strictObject({ t: z.literal('claimed'), sessionId: SessionId }),
  z.strictObject({
    t: z.literal('refused'),
    sessionId: SessionId,
    code: z.enum(['bad_proof', 'wrong_name', 'take_over_limit', 'too_many']),
  }),
  /** Another proven owner holds the session now. */
  z.strictObject({ t: z.literal('taken'), sessionId: SessionId }),
  /** A client waits: dial `/v1/data` with the ticket within 10 s. `tokenHash` names the token it showed. */
  z.strictObject({ t: z.literal('waiting'), sessionId: SessionId, pipe: PipeId, ticket: Key32, tokenHash: Hash32 }),
]);
export type RelayToDaemon = z.infer<typeof RelayToDaemon>;

/** First message of a client on `/v1/client`; binary frames follow at once. */
export const ClientJoin = z.strictObject({
  t: z.literal('join'),
  version: z.int(),
  sessionId: SessionId,
  token: Key32,
});

/** First message of the daemon on `/v1/data`; binary frames follow. */
export const DataOpen = z.strictObject({ t: z.literal('open'), version: z.int(), ticket: Key32 });

/** WebSocket close codes of the relay; coarse on purpose. */
export const RelayClose = {
  /** Wrong token, unknown session and absent daemon look the same. */
  notAvailable: 4404,
  badRequest: 4400,
  tooMany: 4429,
  timeout: 4408,
  version: 4426,
  /** The other end of the pipe went away. */
  peerGone: 4410,
  goingAway: 1001,
} as const;
