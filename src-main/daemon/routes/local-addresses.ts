import { networkInterfaces } from 'node:os';

/** Addresses of this machine that others on its networks could dial: IPv4 first, no loopback, no link-local ones. */
export function networkAddresses(interfaces: ReturnType<typeof networkInterfaces> = networkInterfaces()): string[] {
  const addresses = Object.values(interfaces).flatMap((entries) => entries ?? []);
  const usable = addresses.filter(({ internal, address }) => !internal && !/^(fe80:|169\.254\.)/i.test(address));
  const family = (wanted: 'IPv4' | 'IPv6') => usable.filter(({ family: is }) => is === wanted);
  return [...family('IPv4'), ...family('IPv6')].map(({ address }) => address);
}
