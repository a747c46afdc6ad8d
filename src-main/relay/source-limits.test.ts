import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import {
  RELAY_SESSIONS_PER_SOURCE,
  RELAY_SOURCE_BURST,
  RELAY_SOURCE_PER_SECOND,
  RELAY_STRANGERS,
  RELAY_STRANGERS_PER_SOURCE,
} from '../../src-shared/limits.ts';
import { ManualClock } from '../../src-shared/manual-clock.ts';
import { Doorstep } from './doorstep.ts';
import { isRelayName } from './relay-names.ts';
import { SessionDirectory } from './session-directory.ts';
import type { SessionOwner } from './session.ts';
import { sourceName, sourceOf } from './source-address.ts';
import { SourceRate } from './source-rate.ts';

function request(remoteAddress: string, forwardedFor?: string): IncomingMessage {
  const headers = forwardedFor === undefined ? {} : { 'x-forwarded-for': forwardedFor };
  return { socket: { remoteAddress }, headers } as unknown as IncomingMessage;
}

describe('a source', () => {
  it('is the address of the peer, whatever X-Forwarded-For says', () => {
    expect(sourceOf(request('192.0.2.1', '203.0.113.9'), false)).toBe('192.0.2.1');
  });

  it('is the last forwarded address when the proxy is trusted, and never something that is no address', () => {
    expect(sourceOf(request('127.0.0.1', 'spoofed, 203.0.113.9'), true)).toBe('203.0.113.9');
    expect(sourceOf(request('192.0.2.1', '203.0.113.9, unknown'), true)).toBe('192.0.2.1');
    expect(sourceOf(request('192.0.2.1'), true)).toBe('192.0.2.1');
  });

  it.each([
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:0:7:1::5', '2001:db8:0:7::/64'],
    ['2001:db8:0:7:ffff:1:2:3', '2001:db8:0:7::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '::1'],
  ])('of %s is named %s', (address, name) => {
    expect(sourceName(address)).toBe(name);
  });

  it('opens a burst of sockets, then so many a second; loopback is not limited', () => {
    const clock = new ManualClock();
    const rate = new SourceRate(clock);
    const taken = (source: string, tries: number) =>
      Array.from({ length: tries }, () => rate.take(source)).filter(Boolean).length;
    expect(taken('192.0.2.1', 2 * RELAY_SOURCE_BURST)).toBe(RELAY_SOURCE_BURST);
    expect(taken('192.0.2.2', 1)).toBe(1);
    clock.advance(1000);
    expect(taken('192.0.2.1', RELAY_SOURCE_BURST)).toBe(RELAY_SOURCE_PER_SECOND);
    expect(taken('127.0.0.1', 5 * RELAY_SOURCE_BURST)).toBe(5 * RELAY_SOURCE_BURST);
  });
});

describe('the doorstep', () => {
  const enter = (doorstep: Doorstep, source: string, count: number): PassThrough[] =>
    Array.from({ length: count }, () => {
      const socket = new PassThrough();
      doorstep.enter(socket, source);
      return socket;
    });
  const standing = (sockets: PassThrough[]) => sockets.filter((socket) => !socket.destroyed).length;

  it('lets the oldest stranger of a crowded source give way, and nobody who is proven', () => {
    const doorstep = new Doorstep();
    const [proven] = enter(doorstep, '192.0.2.1', 1);
    doorstep.proven(proven!);
    const strangers = enter(doorstep, '192.0.2.1', RELAY_STRANGERS_PER_SOURCE);
    expect(standing(strangers)).toBe(RELAY_STRANGERS_PER_SOURCE);
    enter(doorstep, '192.0.2.1', 1);
    expect([strangers[0]!.destroyed, strangers[1]!.destroyed, proven!.destroyed]).toEqual([true, false, false]);
  });

  it('lets the most crowded source give way when all are too many', async () => {
    const doorstep = new Doorstep();
    const crowd = enter(doorstep, '192.0.2.1', 20);
    const few = Array.from({ length: RELAY_STRANGERS - 20 }, (_, i) => enter(doorstep, `198.51.100.${i}`, 1)).flat();
    const [newcomer] = enter(doorstep, '203.0.113.1', 1);
    expect([standing(crowd), standing(few), newcomer!.destroyed]).toEqual([19, few.length, false]);
    // A place that somebody left is free.
    const leaving = once(few[0]!, 'close');
    few[0]!.destroy();
    await leaving;
    enter(doorstep, '203.0.113.2', 1);
    expect(standing(crowd)).toBe(19);
  });
});

describe('the session directory', () => {
  it('lets daemons of one source own so many sessions, and counts those that were given back', () => {
    const directory = new SessionDirectory(new ManualClock());
    const owner = (source: string): SessionOwner => ({ source, taken: () => {}, announce: () => {} });
    const [crowd, other, local] = [owner('192.0.2.1'), owner('192.0.2.2'), owner('127.0.0.1')];
    const id = (n: number): string => `session${n}`;
    for (let n = 0; n < RELAY_SESSIONS_PER_SOURCE; n++) expect(directory.claim(crowd, id(n), [])).toBe('claimed');
    expect(directory.claim(crowd, id(-1), [])).toBe('too_many');
    expect(directory.claim(crowd, id(0), [])).toBe('claimed');
    expect(directory.claim(other, id(-1), [])).toBe('claimed');
    for (let n = 10_000; n < 10_600; n++) expect(directory.claim(local, id(n), [])).toBe('claimed');
    directory.release(crowd, id(1));
    expect(directory.claim(crowd, id(-2), [])).toBe('claimed');
    expect(directory.claim(other, id(0), [])).toBe('taken_over');
    expect(directory.claim(crowd, id(-3), [])).toBe('claimed');
    expect(directory.claim(crowd, id(-4), [])).toBe('too_many');
  });
});

describe('a relay without given names', () => {
  it('goes by the address that the connection came to', () => {
    const at = (localAddress: string) => ({ localAddress, localPort: 6768 });
    expect(isRelayName('192.168.1.5:6768', [], at('::ffff:192.168.1.5'))).toBe(true);
    expect(isRelayName('[fd00::5]:6768', [], at('fd00::5'))).toBe(true);
    expect(isRelayName('localhost:6768', [], at('::1'))).toBe(true);
    expect(isRelayName('localhost:6768', [], at('192.168.1.5'))).toBe(false);
    expect(isRelayName('192.168.1.5:443', [], at('192.168.1.5'))).toBe(false);
  });
});
