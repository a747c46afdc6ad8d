import { concat, lengthPrefixed, utf8 } from '../bytes.ts';

/** The version in prelude and prologue. There is no negotiation. */
export const CHANNEL_VERSION = 1;
export const PROTOCOL_NAME = 'Noise_XKpsk3_25519_AESGCM_SHA256';
export const OFFER_ID_BYTES = 16;
/** Raw relay session id: what 32 base32 characters encode. */
const SESSION_ID_BYTES = 20;

export type HandshakeMode = 'pair' | 'device';
export type HandshakeTransport = 'relay' | 'direct';

const MODES = { pair: 1, device: 2 } as const;
const TRANSPORTS = { relay: 1, direct: 2 } as const;

/** What each side knows before message 1 (`offerId` is null in mode `device`, `sessionId` is empty on a direct connection). */
export interface HandshakeContext {
  readonly mode: HandshakeMode;
  readonly transport: HandshakeTransport;
  readonly sessionId: Uint8Array;
  readonly offerId: Uint8Array | null;
}

/**
 * `"paseo-e2e" 0x00 || u8 version || lp(protocolName) || u8 mode || u8 transport || lp(sessionId) || lp(offerId)`.
 * Both sides build it; any difference makes message 1 fail. Source: docs/protocol.md.
 */
export function prologue(context: HandshakeContext): Uint8Array {
  checkContext(context);
  return concat(
    utf8('paseo-e2e\0'),
    Uint8Array.of(CHANNEL_VERSION),
    lengthPrefixed(utf8(PROTOCOL_NAME)),
    Uint8Array.of(MODES[context.mode], TRANSPORTS[context.transport]),
    lengthPrefixed(context.sessionId),
    lengthPrefixed(context.offerId ?? new Uint8Array(0)),
  );
}

/** Throws RangeError for a caller's mistake; nothing here comes from the peer. */
function checkContext({ mode, transport, sessionId, offerId }: HandshakeContext): void {
  if (sessionId.length !== (transport === 'relay' ? SESSION_ID_BYTES : 0))
    throw new RangeError('a relay session id is 20 bytes; a direct connection has none');
  if (mode === 'pair' ? offerId?.length !== OFFER_ID_BYTES : offerId !== null)
    throw new RangeError('an offer id is 16 bytes and belongs to mode pair only');
}
