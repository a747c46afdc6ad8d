import { isIPv4, isIPv6 } from 'node:net';

/** A well-formed Host header (RFC 9110 §7.2), as it matters to the guard. */
export type ParsedHost =
  | { readonly kind: 'ip'; readonly host: string; readonly port: string }
  /** Lower case, no trailing dot. */
  | { readonly kind: 'name'; readonly host: string; readonly port: string };

/** null for whatever is not `uri-host [":" port]`, also where lax parsers would find something in it. */
export function parseHostHeader(value: string): ParsedHost | null {
  if (value.length > MAX_HOST_CHARS) return null;
  const match = /^(\[[^[\]]+\]|[^[\]:]+)(?::([0-9]{0,5}))?$/.exec(value);
  if (!match) return null;
  const host = (match[1] ?? '').toLowerCase();
  const port = match[2] ?? '';
  if (Number(port) > 65535) return null;
  if (host.startsWith('[')) return isBracketedIp(host.slice(1, -1)) ? { kind: 'ip', host, port } : null;
  if (isIPv4(host)) return { kind: 'ip', host, port };
  return isHostName(host) ? { kind: 'name', host, port } : null;
}

/** A DNS name as it stands in a Host header: no trailing dot, and nothing that some parser takes for a number. */
export function isHostName(name: string): boolean {
  if (name.length > 253 || !HOST_NAME.test(name)) return false;
  // WHATWG URL, "ends in a number": 127.1, 0x7f000001 and 2130706433 are IPv4 addresses to some, names to others.
  return !/(?:^|\.)(?:[0-9]+|0x[0-9a-f]*)$/.test(name);
}

/** Name, brackets, zone and port; far below what is worth any work. */
const MAX_HOST_CHARS = 300;
const HOST_NAME = /^(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*$/;

/** IPv6, with a zone in the form of RFC 6874 (`%25eth0`) at most. */
function isBracketedIp(inner: string): boolean {
  const [address = '', zone, ...more] = inner.split('%25');
  if (more.length > 0 || address.includes('%')) return false;
  return isIPv6(address) && (zone === undefined || /^[a-z0-9._~-]+$/.test(zone));
}
