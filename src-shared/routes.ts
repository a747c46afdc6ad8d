import { z } from 'zod';
import { Key32, SessionId } from './ids.ts';
import { MAX_ROUTES } from './limits.ts';

/** `host:port`; IPv6 in brackets. Names are lower case. */
export const HostPort = z
  .string()
  .max(261)
  .regex(/^(?:\[[0-9a-f:.]{2,45}\]|[a-z0-9_](?:[a-z0-9._-]{0,251}[a-z0-9_])?):(?:[1-9][0-9]{0,4})$/)
  .refine((value) => Number(value.slice(value.lastIndexOf(':') + 1)) <= 65535, 'port above 65535');
export type HostPort = z.infer<typeof HostPort>;

export const DirectRoute = z.strictObject({ address: HostPort, tls: z.boolean() });
export type DirectRoute = z.infer<typeof DirectRoute>;

/** A relay as an offer names it: the join token follows from the offer secret. */
export const OfferRelayRoute = z.strictObject({ endpoint: HostPort, tls: z.boolean(), sessionId: SessionId });
export type OfferRelayRoute = z.infer<typeof OfferRelayRoute>;

/** A relay as a paired device knows it: with this device's own join token. */
export const DeviceRelayRoute = OfferRelayRoute.extend({ token: Key32 });
export type DeviceRelayRoute = z.infer<typeof DeviceRelayRoute>;

/** How a paired device finds its daemon. Clients keep the newest version they were given. */
export const DeviceRoutes = z.strictObject({
  version: z.int().min(1),
  relays: z.array(DeviceRelayRoute).max(MAX_ROUTES),
  direct: z.array(DirectRoute).max(MAX_ROUTES),
});
export type DeviceRoutes = z.infer<typeof DeviceRoutes>;
