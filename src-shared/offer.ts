import { z } from 'zod';
import { fromBase64url, fromUtf8, toBase64url, utf8 } from './bytes.ts';
import { CodedError } from './coded-error.ts';
import { DisplayName, Key32 } from './ids.ts';
import { MAX_OFFER_LINK_CHARS, MAX_ROUTES } from './limits.ts';
import { DirectRoute, OfferRelayRoute } from './routes.ts';

/** What a pairing link carries in its fragment. `secret` is the offer secret: shown, never logged, never stored. */
export const Offer = z.strictObject({
  version: z.literal(1),
  daemonKey: Key32,
  secret: Key32,
  /** Unix seconds. */
  expires: z.int().min(0).max(32503680000),
  name: DisplayName,
  relays: z.array(OfferRelayRoute).max(MAX_ROUTES),
  direct: z.array(DirectRoute).max(MAX_ROUTES),
});
export type Offer = z.infer<typeof Offer>;

export class OfferError extends CodedError<'offer_malformed' | 'offer_version' | 'offer_expired'> {}

/** The link of an offer: `<base>/#offer=<base64url of JSON>`. The fragment never reaches a server. */
export function offerLink(base: string, offer: Offer): string {
  return `${base.replace(/\/+$/, '')}/#offer=${toBase64url(utf8(JSON.stringify(offer)))}`;
}

/**
 * Reads a pairing link or its bare fragment. `now` is in milliseconds.
 * Throws {@link OfferError}; the message never repeats any of the link.
 */
export function parseOfferLink(link: string, now: number): Offer {
  if (link.length > MAX_OFFER_LINK_CHARS) throw malformed('it is too long');
  const fragment = link.trim().match(/^[^#]*#offer=([A-Za-z0-9_-]+)$/)?.[1];
  if (fragment === undefined)
    throw malformed(link.includes('#offer=') ? 'part of it is missing or changed' : 'it has no #offer= part');
  let json: unknown;
  try {
    json = JSON.parse(fromUtf8(fromBase64url(fragment)));
  } catch {
    throw malformed('part of it is missing or changed');
  }
  const version = z.looseObject({ version: z.int() }).safeParse(json);
  if (version.success && version.data.version !== 1)
    throw new OfferError(
      'offer_version',
      'This pairing link is from another version of Paseo. Update Paseo on both devices.',
    );
  const offer = Offer.safeParse(json);
  if (!offer.success) throw malformed('part of it is missing or changed');
  if (offer.data.relays.length + offer.data.direct.length === 0) throw malformed('it names no way to reach the daemon');
  if (offer.data.expires * 1000 <= now)
    throw new OfferError('offer_expired', 'This pairing code has expired. Make a new one on the computer.');
  return offer.data;
}

function malformed(why: string): OfferError {
  return new OfferError(
    'offer_malformed',
    `This is not a pairing link: ${why}. Scan the code again, or copy the whole link.`,
  );
}
