import { z } from 'zod';
import { DeviceId, DisplayName, Timestamp } from '../ids.ts';
import { Role } from '../devices.ts';

/** One listening address: as configured, and as the operating system gave it. */
export const ListenerState = z.discriminatedUnion('state', [
  z.strictObject({ state: z.literal('listening'), configured: z.string(), address: z.string() }),
  /** The address is not there yet (a network that comes up later): tried again at `retryAt`. */
  z.strictObject({ state: z.literal('waiting'), configured: z.string(), error: z.string(), retryAt: Timestamp }),
  z.strictObject({ state: z.literal('failed'), configured: z.string(), error: z.string() }),
]);
export type ListenerState = z.infer<typeof ListenerState>;

export const RelayLinkState = z.discriminatedUnion('state', [
  z.strictObject({ state: z.literal('off') }),
  z.strictObject({ state: z.literal('connecting'), attempt: z.int() }),
  z.strictObject({ state: z.literal('online'), since: Timestamp }),
  z.strictObject({ state: z.literal('offline'), attempt: z.int(), retryAt: Timestamp, error: z.string() }),
]);
export type RelayLinkState = z.infer<typeof RelayLinkState>;

export const DaemonStatus = z.strictObject({
  name: DisplayName,
  version: z.string(),
  pid: z.int(),
  home: z.string(),
  startedAt: Timestamp,
  listeners: z.array(ListenerState),
  relay: z.strictObject({ endpoint: z.string().nullable(), embedded: z.boolean(), link: RelayLinkState }),
  /** Standing warnings (bound to every interface, running as root, not yet saved), each with its fix. */
  warnings: z.array(z.string()),
});
export type DaemonStatus = z.infer<typeof DaemonStatus>;

/** Who could open the link of an offer: any phone (`anywhere`), one on the same network, or only this machine. */
export const OfferReach = z.enum(['anywhere', 'network', 'this-machine']);
export type OfferReach = z.infer<typeof OfferReach>;

/** An open offer as only the owner sees it: `url` holds the offer secret and is shown, never logged. */
export const OpenOffer = z.strictObject({
  offerId: z.string().regex(/^[0-9a-f]{32}$/),
  url: z.string(),
  expiresAt: Timestamp,
  reach: OfferReach,
  /** Ways out when a phone could not open the link; empty when it can. */
  advice: z.array(z.string()),
});
export type OpenOffer = z.infer<typeof OpenOffer>;

/** A device at the door: the person compares `digits` with what the device shows. */
export const PendingPairing = z.strictObject({
  offerId: z.string().regex(/^[0-9a-f]{32}$/),
  deviceName: DisplayName,
  platform: z.string(),
  digits: z.string().regex(/^[0-9]{6}$/),
  expiresAt: Timestamp,
});
export type PendingPairing = z.infer<typeof PendingPairing>;

export const PairingOutcome = z.strictObject({
  offerId: z.string(),
  at: Timestamp,
  deviceName: z.string().nullable(),
  deviceId: DeviceId.nullable(),
  result: z.enum([
    'paired',
    'denied',
    'timeout',
    'expired',
    'disconnected',
    'cancelled',
    'too-many-devices',
    'not-saved',
  ]),
});
export type PairingOutcome = z.infer<typeof PairingOutcome>;

export const PairingState = z.strictObject({
  offers: z.array(z.strictObject({ offerId: z.string(), expiresAt: Timestamp })),
  pending: z.array(PendingPairing),
  /** Newest first, at most 8, this run of the daemon only. */
  outcomes: z.array(PairingOutcome).max(8),
});
export type PairingState = z.infer<typeof PairingState>;

export const ConfirmPairing = z.strictObject({
  offerId: z.string().regex(/^[0-9a-f]{32}$/),
  accept: z.boolean(),
  role: Role,
});
export type ConfirmPairing = z.infer<typeof ConfirmPairing>;
