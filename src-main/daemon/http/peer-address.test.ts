import { expect, test } from 'vitest';
import { plainAddress, sourceOf } from './peer-address.ts';

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['fe80::1%eth0', 'fe80::1'],
])('plainAddress(%s) is %s', (address, plain) => {
  expect(plainAddress(address)).toBe(plain);
});

test('one IPv6 network is one source, each IPv4 address its own', () => {
  const network = sourceOf('2001:db8:1:2::1');
  expect(sourceOf('2001:db8:1:2:ffff:ffff:ffff:ffff')).toBe(network);
  expect(sourceOf('2001:db8:1:3::1')).not.toBe(network);
  expect(sourceOf('2001:db8::2:0:0:0:1')).toBe(sourceOf('2001:db8:0:2::1'));
  expect(sourceOf('::ffff:192.0.2.1')).toBe('192.0.2.1');
  expect(sourceOf('192.0.2.2')).not.toBe(sourceOf('192.0.2.1'));
});
