import { z } from 'zod';
import { fromBase64url, toBase32 } from '../bytes.ts';
import type { CryptoProvider } from '../crypto/crypto-provider.ts';
import { Role } from '../devices.ts';
import { DeviceId, DisplayName, Key32, Timestamp } from '../ids.ts';
import { DeviceRoutes } from '../routes.ts';

/**
 * A daemon this client has paired with: how to find it, and the keys for it. Holds secrets (`deviceSecret`, `psk`, the join
 * tokens in `routes`); it is never logged.
 */
export const KnownDaemon = z.strictObject({
  format: z.literal('paseo-known-daemon'),
  version: z.literal(1),
  /** {@link daemonFingerprint} of `daemonKey`: a daemon with another key is another daemon. */
  id: z.string().regex(/^[a-z2-7]{16}$/),
  name: DisplayName,
  /** X25519 keys, 32 bytes as base64url. */
  daemonKey: Key32,
  deviceSecret: Key32,
  psk: Key32,
  deviceId: DeviceId,
  role: Role,
  routes: DeviceRoutes,
  pairedAt: Timestamp,
});
export type KnownDaemon = z.infer<typeof KnownDaemon>;

/** Where a client keeps its daemons. A promise that resolves means "it is stored". */
export interface DaemonStore {
  list(): Promise<KnownDaemon[]>;
  get(id: string): Promise<KnownDaemon | null>;
  put(record: KnownDaemon): Promise<void>;
  remove(id: string): Promise<void>;
}

/** Names a daemon key for people and stores: the first 80 bits of its SHA-256 in base32, 16 characters. */
export function daemonFingerprint(provider: Pick<CryptoProvider, 'sha256'>, daemonKey: string): string {
  return toBase32(provider.sha256(fromBase64url(daemonKey)).subarray(0, 10));
}
