import { isIPv6 } from 'node:net';

/** An address as the operating system gives it, without the IPv4-in-IPv6 form and without the zone. */
export function plainAddress(address: string): string {
  const bare = address.split('%')[0] ?? '';
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare)?.[1] ?? bare;
}

/** Who counts as one source: an IPv4 address, or the /64 that one IPv6 host can choose its addresses from. */
export function sourceOf(address: string): string {
  const plain = plainAddress(address);
  if (!isIPv6(plain)) return plain;
  const [head = '', tail] = plain.split('::');
  const groups = head.split(':').filter((group) => group !== '');
  if (tail !== undefined) {
    const after = tail.split(':').filter((group) => group !== '');
    groups.push(...Array.from({ length: Math.max(0, 8 - groups.length - after.length) }, () => '0'), ...after);
  }
  return `${groups.slice(0, 4).join(':')}::/64`;
}
