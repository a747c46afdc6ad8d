import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../bytes.ts';
import { ClientJoin, DaemonToRelay } from './envelopes.ts';
import { parseEnvelope } from './parse-envelope.ts';
import { claimMessage, sessionIdOf, tokenHash } from './session-id.ts';

const sha256 = (...parts: readonly Uint8Array[]): Uint8Array =>
  createHash('sha256').update(Buffer.concat(parts)).digest();

describe('a session id', () => {
  it('is the first 20 bytes of the labelled hash of its owner’s key, in base32', () => {
    const key = Uint8Array.from({ length: 32 }, (_, i) => i);
    const hash = createHash('sha256').update('paseo relay session v1\0').update(key).digest();
    const id = sessionIdOf(key, sha256);
    expect(id).toMatch(/^[a-z2-7]{32}$/);
    expect(Buffer.from(toBits(id), 'hex').equals(hash.subarray(0, 20))).toBe(true);
  });
});

/** Base32 the slow way, by the definition in RFC 4648 §6. */
function toBits(id: string): string {
  const bits = id
    .split('')
    .map((digit) => 'abcdefghijklmnopqrstuvwxyz234567'.indexOf(digit).toString(2).padStart(5, '0'))
    .join('');
  return (bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2).toString(16).padStart(2, '0')).join('');
}

describe('the message that a claim signs', () => {
  const claim = {
    relayName: 'relay.example.com:443',
    challenge: new Uint8Array(32).fill(7),
    sessionId: 'a'.repeat(32),
    tokenHashes: ['bb'.repeat(32), 'aa'.repeat(32)],
  };

  it('is label, relay name, challenge, session id and the hash of the sorted token set', () => {
    const tokenSet = sha256(fromHex('aa'.repeat(32)), fromHex('bb'.repeat(32)));
    expect(toHex(claimMessage(claim, sha256))).toBe(
      Buffer.from('paseo relay claim v1\0').toString('hex') +
        '0015' +
        Buffer.from('relay.example.com:443').toString('hex') +
        '07'.repeat(32) +
        '61'.repeat(32) +
        toHex(tokenSet),
    );
  });

  it('does not depend on the order of the tokens, and on everything else it does', () => {
    const bytes = (change: Partial<typeof claim>): string => toHex(claimMessage({ ...claim, ...change }, sha256));
    expect(bytes({ tokenHashes: [...claim.tokenHashes].reverse() })).toBe(bytes({}));
    const others = [
      bytes({ relayName: 'relay.example.com:444' }),
      bytes({ challenge: new Uint8Array(32) }),
      bytes({ sessionId: 'b'.repeat(32) }),
      bytes({ tokenHashes: [] }),
    ];
    expect(new Set([bytes({}), ...others]).size).toBe(5);
  });
});

it('a token is known to the relay by its hash', () => {
  expect(tokenHash(new Uint8Array(32), sha256)).toBe(createHash('sha256').update(Buffer.alloc(32)).digest('hex'));
});

describe('parsing a message of the relay protocol', () => {
  const join = { t: 'join', version: 1, sessionId: 'a'.repeat(32), token: 'A'.repeat(43) };

  it('tells another version from nonsense', () => {
    expect(parseEnvelope(ClientJoin, JSON.stringify(join))).toEqual({ ok: true, message: join });
    const newer = { ...join, version: 9, more: true };
    expect(parseEnvelope(ClientJoin, JSON.stringify(newer))).toEqual({ ok: false, problem: 'version', version: 9 });
    for (const text of ['', '{', 'null', '{}', JSON.stringify({ ...join, more: 1 }), '['.repeat(50_000)])
      expect(parseEnvelope(ClientJoin, text)).toEqual({ ok: false, problem: 'malformed' });
  });

  it('bounds claims and tokens', () => {
    const tokens = (count: number): string =>
      JSON.stringify({ t: 'tokens', sessionId: 'a'.repeat(32), tokenHashes: Array(count).fill('0'.repeat(64)) });
    expect(parseEnvelope(DaemonToRelay, tokens(72)).ok).toBe(true);
    expect(parseEnvelope(DaemonToRelay, tokens(73)).ok).toBe(false);
  });
});
