import { z } from 'zod';

/** Times are ISO 8601 in UTC everywhere on the wire and on disk. */
export const Timestamp = z.iso.datetime();

/** Short random base32 (RFC 4648 alphabet, lower case), made by the daemon. */
export const AgentId = z.string().regex(/^[a-z2-7]{8,16}$/);
export type AgentId = z.infer<typeof AgentId>;

export const DeviceId = z.string().regex(/^[a-z2-7]{8,16}$/);
export type DeviceId = z.infer<typeof DeviceId>;

/** Names one version of an agent's log; a new one is made when its tail may have been lost. */
export const LogId = z.string().regex(/^[a-z2-7]{8,16}$/);
export type LogId = z.infer<typeof LogId>;

/** Random name of one running client (a tab, a command), 128 bits of lower-case hex. */
export const ClientInstance = z.string().regex(/^[0-9a-f]{32}$/);
export type ClientInstance = z.infer<typeof ClientInstance>;

/** First 32 characters of base32(SHA-256(...)), 20 bytes. Source: docs/protocol.md. */
export const SessionId = z.string().regex(/^[a-z2-7]{32}$/);
export type SessionId = z.infer<typeof SessionId>;

/** 32 bytes as base64url without padding. */
export const Key32 = z.string().regex(/^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/);

/** Sequence numbers are integers from 1, per agent, without gaps. */
export const Seq = z.int().min(1).max(Number.MAX_SAFE_INTEGER);

/** A name shown to people: trimmed, no control characters, 1 to 64 characters. */
export const DisplayName = z
  .string()
  .trim()
  .min(1)
  .max(64)
  .regex(/^[^\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]*$/);
