import { isIP, isIPv4 } from 'node:net';
import { isWildcardHost } from '../routes/address-kind.ts';
import { ListenError } from './listen-error.ts';

export interface TcpAddress {
  /** Without brackets. */
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
}

/** `daemon.listen`, sorted by what listens there. */
export function splitListen(listen: readonly string[]): { readonly tcp: string[]; readonly sockets: string[] } {
  return {
    tcp: listen.filter((address) => !address.startsWith('/')),
    sockets: listen.filter((address) => address.startsWith('/')),
  };
}

/** `host:port`, `[ipv6]:port`, or a port on loopback. Throws {@link ListenError} `invalid_address`. */
export function parseTcpAddress(text: string): TcpAddress {
  const match = /^(?:(\[[0-9a-f:.]+\]|[a-z0-9._-]+):)?([0-9]{1,5})$/i.exec(text);
  const port = Number(match?.[2]);
  const host = (match?.[1] ?? '127.0.0.1').replace(/^\[|\]$/g, '').toLowerCase();
  if (!match || port > 65535 || (host.includes(':') && isIP(host) !== 6)) {
    throw new ListenError(
      'invalid_address',
      `"${text}" is not an address to listen on. Write one such as 127.0.0.1:6767.`,
    );
  }
  // The name would mean ::1 on some machines, where the phone's and the browser's 127.0.0.1 finds nothing.
  return { host: host === 'localhost' ? '127.0.0.1' : host, port };
}

export function formatTcpAddress({ host, port }: TcpAddress): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Whether listening on `wide` already takes connections for `narrow`, so that the system would refuse to bind both. */
export function covers(wide: TcpAddress, narrow: TcpAddress): boolean {
  if (wide.port !== narrow.port || wide.port === 0 || !isWildcardHost(wide.host) || wide.host === narrow.host)
    return false;
  return wide.host === '::' || isIPv4(narrow.host);
}
