import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

/**
 * The name that limits per source go by: the peer's IPv4 address or IPv6 /64. Behind a proxy that the operator vouches for
 * (`trustForwardedFor`) it is the last entry of `X-Forwarded-For`, the one that this proxy wrote; otherwise the header is not read.
 */
export function sourceOf(request: IncomingMessage, trustForwardedFor: boolean): string {
  if (trustForwardedFor) {
    const header = request.headers['x-forwarded-for'];
    const last = (Array.isArray(header) ? header.join(',') : (header ?? '')).split(',').at(-1)?.trim() ?? '';
    if (isIP(last) !== 0) return sourceName(last);
  }
  return sourceName(request.socket.remoteAddress ?? '');
}

export function sourceName(address: string): string {
  const plain = address.startsWith('::ffff:') ? address.slice(7) : address;
  if (isIP(plain) !== 6) return plain;
  return isLoopbackSource(plain) ? plain : networkOf(plain);
}

/** This machine, or a proxy on it: whoever stands behind it cannot be told apart, so its rate is not limited. */
export function isLoopbackSource(source: string): boolean {
  return source === '::1' || source.startsWith('127.');
}

/** The first four groups of an IPv6 address: one household or one machine can use all of a /64. */
function networkOf(address: string): string {
  const [head = '', tail] = (address.split('%')[0] ?? '').split('::');
  const first = head === '' ? [] : head.split(':');
  const last = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - first.length - last.length);
  const groups = [...first, ...Array<string>(zeros).fill('0'), ...last];
  const shown = groups.slice(0, 4).map((group) => group.toLowerCase().replace(/^0+(?=.)/, ''));
  return `${shown.join(':')}::/64`;
}
