import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { fromBase64url, toHex } from '../../../src-shared/bytes.ts';
import { offerId, offerJoinToken, offerPsk } from '../../../src-shared/crypto/derive.ts';
import { MAX_OPEN_OFFERS, OFFER_LIFETIME_MS } from '../limits.ts';
import { ManualClock } from '../../../src-shared/manual-clock.ts';
import { createNodeProvider } from '../../platform/node-crypto.ts';
import { OfferBook } from './offer-book.ts';

const provider = createNodeProvider();
const HOUR = 3600_000;

function book() {
  const clock = new ManualClock();
  let wall = Date.UTC(2026, 0, 1);
  const offers = new OfferBook({ provider, clock, wallNow: () => wall });
  const ends: string[] = [];
  offers.onEnd(({ id }, end) => ends.push(`${id} ${end}`));
  return { offers, clock, ends, moveWall: (ms: number) => (wall += ms), wall: () => wall };
}

describe('an offer', () => {
  test('is found by an id and opens with a PSK that both follow from its secret', () => {
    const { offers } = book();
    const { id, secret } = offers.open();
    const bytes = fromBase64url(secret);
    expect(id).toBe(toHex(offerId(provider, bytes)));
    expect(offers.psk(id)).toEqual(new Uint8Array(offerPsk(provider, bytes)));
    expect(offers.psk('00'.repeat(16))).toBeUndefined();
  });

  test('is claimed once', () => {
    const { offers } = book();
    const { id } = offers.open();
    expect([offers.claim(id), offers.claim(id)]).toEqual([true, false]);
    expect(offers.psk(id)).toBeUndefined();
    expect(offers.list()).toEqual([]);
  });

  test('is not used up by being looked at', () => {
    const { offers } = book();
    const { id } = offers.open();
    offers.psk(id)?.fill(0);
    expect(offers.psk(id)?.some((byte) => byte !== 0)).toBe(true);
    expect(offers.claim(id)).toBe(true);
  });

  test('ends after its lifetime on the monotonic clock, also when the wall clock was set back', () => {
    const { offers, clock, ends, moveWall } = book();
    const { id } = offers.open();
    moveWall(-HOUR);
    clock.advance(OFFER_LIFETIME_MS - 1);
    expect(offers.psk(id)).toBeDefined();
    clock.advance(1);
    expect(offers.psk(id)).toBeUndefined();
    expect(offers.claim(id)).toBe(false);
    expect(ends).toEqual([`${id} expired`]);
  });

  test('ends when the wall clock passes its time, although the monotonic clock slept', () => {
    const { offers, moveWall } = book();
    const { id, expiresAt } = offers.open();
    moveWall(OFFER_LIFETIME_MS);
    expect(offers.claim(id)).toBe(false);
    expect(expiresAt).toBe(Date.UTC(2026, 0, 1) + OFFER_LIFETIME_MS);
  });

  test('is noticed to have ended without anybody asking, soon after the machine woke up', () => {
    const { offers, clock, ends, moveWall } = book();
    offers.open();
    moveWall(HOUR);
    clock.advance(10_000);
    expect(ends).toHaveLength(1);
    expect(clock.armed).toBe(0);
  });

  test('gives way when a newer one needs its place', () => {
    const { offers, ends } = book();
    const first = offers.open();
    const others = Array.from({ length: MAX_OPEN_OFFERS }, () => offers.open());
    expect(offers.list().map(({ id }) => id)).toEqual(others.map(({ id }) => id));
    expect(ends).toEqual([`${first.id} cancelled`]);
  });

  test('shows nothing secret when it is printed', () => {
    const { offers } = book();
    const { id } = offers.open();
    const psk = offers.psk(id)!;
    const printed = inspect(offers, { depth: 9, showHidden: true }) + JSON.stringify(offers);
    expect(printed).not.toContain(toHex(psk).slice(0, 16));
    expect(printed).not.toContain([...psk].slice(0, 4).join(', '));
  });
});

describe('join tokens at the relay', () => {
  test('are told as hashes while an offer is open, and until the pipe of a claimed one is gone', () => {
    const { offers } = book();
    const told: number[] = [];
    offers.tokens.subscribe((tokens) => told.push(tokens.length));
    const { id, secret } = offers.open();
    const token = offerJoinToken(provider, fromBase64url(secret));
    expect(offers.tokenHashes()).toEqual([toHex(provider.sha256(token))]);
    offers.claim(id);
    expect(offers.tokenHashes()).toHaveLength(1);
    offers.letGo(id);
    expect(told).toEqual([1, 0]);
  });

  test('end with a cancelled offer and when the book stops, which leaves no timer', () => {
    const { offers, clock } = book();
    offers.cancel(offers.open().id);
    expect(offers.tokenHashes()).toEqual([]);
    offers.claim(offers.open().id);
    offers.open();
    offers.stop();
    expect(offers.tokenHashes()).toEqual([]);
    expect(clock.armed).toBe(0);
  });
});
