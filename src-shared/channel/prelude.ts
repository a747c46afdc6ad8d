import { concat } from '../bytes.ts';
import { CHANNEL_VERSION, OFFER_ID_BYTES } from './prologue.ts';
import type { HandshakeMode } from './prologue.ts';

/** What the first frame says in the clear, ahead of Noise message 1. The prologue binds it. */
export interface Prelude {
  readonly mode: HandshakeMode;
  /** 16 bytes in mode `pair`, else null. */
  readonly offerId: Uint8Array | null;
}

export type PreludeResult =
  | { readonly ok: true; readonly prelude: Prelude; readonly rest: Uint8Array }
  | { readonly ok: false; readonly why: 'malformed' | 'version' };

/** `u8 version || u8 mode (1 pair, 2 device) || offerId in mode 1`. */
export function encodePrelude({ mode, offerId }: Prelude): Uint8Array {
  return mode === 'pair'
    ? concat(Uint8Array.of(CHANNEL_VERSION, 1), offerId ?? new Uint8Array(0))
    : Uint8Array.of(CHANNEL_VERSION, 2);
}

/** Splits the first frame into prelude and Noise message 1. Never throws. */
export function parsePrelude(frame: Uint8Array): PreludeResult {
  if (frame.length < 2) return { ok: false, why: 'malformed' };
  if (frame[0] !== CHANNEL_VERSION) return { ok: false, why: 'version' };
  if (frame[1] === 2) return { ok: true, prelude: { mode: 'device', offerId: null }, rest: frame.subarray(2) };
  const end = 2 + OFFER_ID_BYTES;
  if (frame[1] !== 1 || frame.length < end) return { ok: false, why: 'malformed' };
  return { ok: true, prelude: { mode: 'pair', offerId: frame.slice(2, end) }, rest: frame.subarray(end) };
}
