import { z } from 'zod';
import { ClientInstance, DeviceId, DisplayName, Key32, Timestamp } from './ids.ts';
import { DeviceRoutes } from './routes.ts';

/** What a paired device may do: everything; read and answer permission requests; read. */
export const Role = z.enum(['full', 'approve', 'view']);
export type Role = z.infer<typeof Role>;

/** `owner` is the operating system's word for it: the Unix socket or the desktop's message port. Never given to a device. */
export type SessionRole = Role | 'owner';

export const ClientKind = z.enum(['phone', 'web', 'cli', 'desktop']);
export type ClientKind = z.infer<typeof ClientKind>;

/** What a client says of itself: payload of handshake message 3, or the first message on a local connection. */
export const ClientHello = z.strictObject({
  protocol: z.literal(1),
  clientKind: ClientKind,
  clientInstance: ClientInstance,
  appVersion: z.string().max(32),
  deviceName: DisplayName,
  platform: z.string().max(64),
  capabilities: z.array(z.string().max(32)).max(32),
});
export type ClientHello = z.infer<typeof ClientHello>;

/** What a daemon tells other clients about a device: nothing secret. */
export const Device = z.strictObject({
  id: DeviceId,
  name: DisplayName,
  platform: z.string().max(64),
  clientKind: ClientKind,
  role: Role,
  state: z.enum(['pending', 'active']),
  pairedAt: Timestamp,
  lastSeenAt: Timestamp.nullable(),
  /** Paths of its live connections, empty when it is away. */
  connections: z.array(z.enum(['direct', 'relay'])).max(16),
});
export type Device = z.infer<typeof Device>;

/** First transport message from the daemon after a pairing handshake (message 4). */
export const PairingAccepted = z.strictObject({
  t: z.literal('paired'),
  deviceId: DeviceId,
  role: Role,
  devicePsk: Key32,
  routes: DeviceRoutes,
  daemonName: DisplayName,
});
export type PairingAccepted = z.infer<typeof PairingAccepted>;

/**
 * All that may arrive during pairing before `paired`: an attended daemon says that a person must compare the digits.
 * The digits themselves never travel; both sides derive them from the handshake hash.
 */
export const PairingMessage = z.discriminatedUnion('t', [
  z.strictObject({ t: z.literal('confirm'), expiresAt: Timestamp }),
  z.strictObject({ t: z.literal('declined'), reason: z.enum(['denied', 'timeout', 'too-many-devices']) }),
  PairingAccepted,
]);
export type PairingMessage = z.infer<typeof PairingMessage>;

/** Message 5: the client has stored its record. Any later valid handshake says the same. */
export const PairingAck = z.strictObject({ t: z.literal('paired-ack') });
