import type { IncomingMessage } from 'node:http';
import type { Config } from '../../../src-shared/config/schema.ts';
import { MAX_HTTP_HEADERS } from '../limits.ts';
import type { Watchable } from '../../../src-shared/watchable.ts';
import { isAllowedHost } from './allowed-hosts.ts';
import { parseHostHeader } from './host-header.ts';
import { isAllowedOrigin } from './origin-guard.ts';
import type { RefusalLog } from './refusal-log.ts';

/** What every request and every upgrade must be before anything looks at it. */
export type Verdict =
  | {
      readonly ok: true;
      readonly target: string;
      /** An allowed origin, null when none was sent. */ readonly origin: string | null;
    }
  | { readonly ok: false; readonly status: 400 | 403 | 405 | 431 | 505 };

/** Guards against DNS rebinding and foreign web pages, and against requests that two programs could read in two ways. */
export class RequestGuard {
  readonly #config: Watchable<Config>;
  readonly #log: RefusalLog;

  constructor(config: Watchable<Config>, log: RefusalLog) {
    this.#config = config;
    this.#log = log;
  }

  check(request: IncomingMessage): Verdict {
    if (request.httpVersion !== '1.1' && request.httpVersion !== '1.0') return { ok: false, status: 505 };
    if (request.rawHeaders.length > 2 * MAX_HTTP_HEADERS) return { ok: false, status: 431 };
    const config = this.#config.get();
    const hosts = valuesOf(request, 'host');
    const host = hosts.length === 1 ? parseHostHeader(hosts[0]!) : null;
    if (host === null || !isAllowedHost(host, config.allowedHosts)) {
      const fix = `add the name to daemon.allowedHosts (PASEO_ALLOWED_HOSTS) if it is yours`;
      this.#log.refused(
        { host: hosts.join(', '), address: request.socket.remoteAddress },
        `refused a request for an unknown host; ${fix}`,
      );
      return { ok: false, status: 403 };
    }
    const origins = valuesOf(request, 'origin');
    const origin = origins.length === 0 ? null : origins.join(', ');
    if (origin !== null && (origins.length > 1 || !isAllowedOrigin(origin, request.socket, config))) {
      const fix = 'add the origin to daemon.cors.allowedOrigins (PASEO_CORS_ORIGINS) if the page is yours';
      this.#log.refused(
        { origin, address: request.socket.remoteAddress },
        `refused a request of a foreign web page; ${fix}`,
      );
      return { ok: false, status: 403 };
    }
    if (hasBody(request))
      return { ok: false, status: request.method === 'GET' || request.method === 'HEAD' ? 400 : 405 };
    const target = targetOf(request.url ?? '', hosts[0]!);
    return target === null ? { ok: false, status: 400 } : { ok: true, target, origin };
  }
}

/** Node joins or drops repeated headers; here each one counts. */
function valuesOf(request: IncomingMessage, name: string): string[] {
  const values: string[] = [];
  for (let at = 0; at + 1 < request.rawHeaders.length; at += 2) {
    if (request.rawHeaders[at]!.toLowerCase() === name) values.push(request.rawHeaders[at + 1]!);
  }
  return values;
}

/** Nothing here takes a body, so whatever would need one is not for us. */
function hasBody(request: IncomingMessage): boolean {
  const length = request.headers['content-length'];
  return request.headers['transfer-encoding'] !== undefined || (length !== undefined && !/^0+$/.test(length));
}

/**
 * The path and query of a request target (RFC 9112 §3.2): origin-form, `*`, or the absolute form when it names the same host as the
 * Host header. A path that starts with two slashes is a path.
 */
function targetOf(url: string, host: string): string | null {
  if (url.startsWith('/') || url === '*') return url;
  const absolute = /^http:\/\/([^/?#@\\]+)(\/[^#]*)?$/i.exec(url);
  if (!absolute || absolute[1]!.toLowerCase() !== host.toLowerCase()) return null;
  return absolute[2] ?? '/';
}
