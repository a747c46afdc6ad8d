import { describe, expect, it } from 'vitest';
import { toHex, utf8 } from '../bytes.ts';
import { encodePrelude, parsePrelude } from './prelude.ts';
import { prologue, PROTOCOL_NAME } from './prologue.ts';

const name = toHex(utf8(PROTOCOL_NAME));
const sessionId = new Uint8Array(20).fill(0xaa);
const offerId = new Uint8Array(16).fill(0xbb);

describe('prologue', () => {
  it('is these exact bytes for pairing through a relay', () => {
    const bytes = prologue({ mode: 'pair', transport: 'relay', sessionId, offerId });
    expect(toHex(bytes)).toBe(
      `${toHex(utf8('paseo-e2e'))}00010020${name}01010014${'aa'.repeat(20)}0010${'bb'.repeat(16)}`,
    );
  });

  it('is these exact bytes for a device on a direct connection', () => {
    const bytes = prologue({ mode: 'device', transport: 'direct', sessionId: new Uint8Array(0), offerId: null });
    expect(toHex(bytes)).toBe(`${toHex(utf8('paseo-e2e'))}00010020${name}020200000000`);
  });

  it('refuses ids that do not belong', () => {
    const none = new Uint8Array(0);
    expect(() => prologue({ mode: 'device', transport: 'relay', sessionId: none, offerId: null })).toThrow(RangeError);
    expect(() => prologue({ mode: 'device', transport: 'direct', sessionId, offerId: null })).toThrow(RangeError);
    expect(() => prologue({ mode: 'pair', transport: 'direct', sessionId: none, offerId: null })).toThrow(RangeError);
    expect(() => prologue({ mode: 'device', transport: 'direct', sessionId: none, offerId })).toThrow(RangeError);
  });
});

describe('prelude', () => {
  it('is version and mode, with the offer id when pairing', () => {
    expect(toHex(encodePrelude({ mode: 'pair', offerId }))).toBe(`0101${'bb'.repeat(16)}`);
    expect(toHex(encodePrelude({ mode: 'device', offerId: null }))).toBe('0102');
  });

  it('is split from message 1', () => {
    const message1 = Uint8Array.of(1, 2, 3);
    for (const prelude of [{ mode: 'pair', offerId } as const, { mode: 'device', offerId: null } as const])
      expect(parsePrelude(Uint8Array.of(...encodePrelude(prelude), ...message1))).toEqual({
        ok: true,
        prelude,
        rest: message1,
      });
  });

  it('is refused when short, of another mode, or of another version', () => {
    const refused = (...bytes: number[]) => parsePrelude(Uint8Array.of(...bytes));
    expect(refused()).toEqual({ ok: false, why: 'malformed' });
    expect(refused(1)).toEqual({ ok: false, why: 'malformed' });
    expect(refused(1, 0)).toEqual({ ok: false, why: 'malformed' });
    expect(refused(1, 3)).toEqual({ ok: false, why: 'malformed' });
    expect(refused(1, 1, ...new Uint8Array(15))).toEqual({ ok: false, why: 'malformed' });
    expect(refused(2, 1)).toEqual({ ok: false, why: 'version' });
  });
});
