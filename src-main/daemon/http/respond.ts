import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { STATUS_CODES } from 'node:http';
import type { StaticFiles } from './static-files.ts';

/** What is answered to a request that passed the guard. `pages` null: `/health` alone. */
export async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  passed: { readonly target: string; readonly origin: string | null },
  pages: StaticFiles | null,
): Promise<void> {
  response.setHeader('Vary', 'Origin');
  if (passed.origin !== null) response.setHeader('Access-Control-Allow-Origin', passed.origin);
  const path = passed.target.split('?', 1)[0] ?? '';
  if (request.method === 'OPTIONS') return preflight(request, response, passed.origin);
  if (request.method !== 'GET' && request.method !== 'HEAD') return fail(response, 405, { Allow: METHODS });
  if (path === '/health') {
    return send(request, response, 200, HEALTH, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
  }
  if (path === '/ws') return fail(response, 426, { Upgrade: 'websocket', 'Sec-WebSocket-Version': '13' });
  const file = await pages?.find(path);
  if (file) {
    const headers = { 'Content-Type': file.contentType, 'Cache-Control': file.cacheControl, ...PAGE_HEADERS };
    return send(request, response, 200, file.body, headers);
  }
  if (path === '/' && pages) {
    return send(request, response, 503, NOT_BUILT, { 'Content-Type': 'text/plain; charset=utf-8', ...PAGE_HEADERS });
  }
  fail(response, 404);
}

/** An answer without content of ours; the connection ends with it, whatever the client was still going to send. */
export function fail(response: ServerResponse, status: number, headers: OutgoingHttpHeaders = {}): void {
  const body = Buffer.from(`${STATUS_CODES[status] ?? 'Error'}\n`);
  response.writeHead(status, {
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Length': body.length,
    'Cache-Control': 'no-store',
    Vary: 'Origin',
    Connection: 'close',
    ...SAFE_HEADERS,
    ...headers,
  });
  response.end(body);
}

const METHODS = 'GET, HEAD, OPTIONS';
const HEALTH = Buffer.from('{"status":"ok"}');
const NOT_BUILT = Buffer.from('The web client is not built yet. In a checkout of Paseo, run: npm run build\n');

const SAFE_HEADERS = {
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
} as const;

const PAGE_HEADERS = {
  'Content-Security-Policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    // A page of ours finds its daemon wherever it is: on this network, at a relay.
    "connect-src 'self' ws: wss:",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "manifest-src 'self'",
    "worker-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'Cross-Origin-Opener-Policy': 'same-origin',
  'X-Frame-Options': 'DENY',
} as const;

function send(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  body: Buffer,
  headers: OutgoingHttpHeaders,
): void {
  response.writeHead(status, { ...SAFE_HEADERS, ...headers, 'Content-Length': body.length });
  response.end(request.method === 'HEAD' ? undefined : body);
}

/** CORS (Fetch standard). Pages of the public web never get leave to reach a private network through us. */
function preflight(request: IncomingMessage, response: ServerResponse, origin: string | null): void {
  if (request.headers['access-control-request-private-network'] !== undefined) return fail(response, 403);
  const cors = origin === null ? {} : { 'Access-Control-Allow-Methods': 'GET, HEAD', 'Access-Control-Max-Age': '600' };
  response.writeHead(204, { Allow: METHODS, ...SAFE_HEADERS, ...cors });
  response.end();
}
