import { isIPv6 } from 'node:net';
import type { Config } from '../../../src-shared/config/schema.ts';
import { plainAddress } from './peer-address.ts';

/** The end of a connection on our side. */
interface LocalEnd {
  readonly localAddress?: string | undefined;
  readonly localPort?: number | undefined;
}

/**
 * Whether a page from `origin` may talk to us. What the request says of itself (its Host) decides nothing: under DNS rebinding
 * Origin and Host agree.
 */
export function isAllowedOrigin(
  origin: string,
  end: LocalEnd,
  config: Pick<Config, 'allowedOrigins' | 'baseUrl'>,
): boolean {
  if (config.allowedOrigins.includes(origin)) return true;
  if (config.baseUrl !== null && origin === new URL(config.baseUrl).origin) return true;
  return ownOrigins(end).includes(origin);
}

/** Under which origins our own page is opened on this connection. Browsers leave the default port out. */
function ownOrigins(end: LocalEnd): string[] {
  if (end.localPort === undefined) return [];
  const address = plainAddress(end.localAddress ?? '');
  const own = isIPv6(address) ? `[${address}]` : address;
  const port = end.localPort === 80 ? '' : `:${end.localPort}`;
  return ['localhost', '127.0.0.1', '[::1]', own].filter((host) => host !== '').map((host) => `http://${host}${port}`);
}
