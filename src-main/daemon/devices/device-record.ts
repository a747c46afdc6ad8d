import { z } from 'zod';
import { fromBase64url } from '../../../src-shared/bytes.ts';
import type { CryptoProvider } from '../../../src-shared/crypto/crypto-provider.ts';
import { ClientKind, Role } from '../../../src-shared/devices.ts';
import type { Device } from '../../../src-shared/devices.ts';
import { DeviceId, DisplayName, Key32, Timestamp } from '../../../src-shared/ids.ts';
import { tokenHash } from '../../../src-shared/relay/session-id.ts';

/** One paired device as it lies on disk. `psk` and `token` are secrets. */
export const StoredDevice = z.strictObject({
  id: DeviceId,
  name: DisplayName,
  platform: z.string().max(64),
  clientKind: ClientKind,
  role: Role,
  /** `pending` until the client has shown that it stored its keys. */
  state: z.enum(['pending', 'active']),
  /** X25519 public key of the device, its name in handshakes. */
  publicKey: Key32,
  psk: Key32,
  /** Join token at the relay. */
  token: Key32,
  pairedAt: Timestamp,
  lastSeenAt: Timestamp.nullable(),
});
export type StoredDevice = z.infer<typeof StoredDevice>;

/** A {@link StoredDevice} that prints and serialises as `[redacted]`. Spread it (`{...record}`) to get the fields. */
export type DeviceRecord = Readonly<StoredDevice>;

export function deviceRecord(stored: StoredDevice): DeviceRecord {
  const record = { ...stored };
  const redacted = { value: () => `[redacted device ${stored.id}]`, enumerable: false };
  Object.defineProperty(record, 'toJSON', redacted);
  Object.defineProperty(record, Symbol.for('nodejs.util.inspect.custom'), redacted);
  return Object.freeze(record);
}

/** A new array each time, which the caller may wipe. */
export function devicePsk(record: DeviceRecord): Uint8Array {
  return fromBase64url(record.psk);
}

/** What the relay is told of this device's token. */
export function deviceTokenHash(record: DeviceRecord, provider: CryptoProvider): string {
  return tokenHash(fromBase64url(record.token), (...parts) => provider.sha256(...parts));
}

/** What other clients may know of a device. */
export function publicView(record: DeviceRecord, connections: Device['connections']): Device {
  const { id, name, platform, clientKind, role, state, pairedAt, lastSeenAt } = record;
  return { id, name, platform, clientKind, role, state, pairedAt, lastSeenAt, connections };
}
