import { STATUS_CODES } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { SOCKET_CLOSE_TIMEOUT_MS } from '../../../src-shared/limits.ts';

/**
 * The status with which an upgrade is refused, null when it may go on: a WebSocket of version 13 at `/ws`, without a subprotocol
 * (RFC 6455 §4.2.1). The rest of that section is checked where the upgrade is done.
 */
export function upgradeRefusal(request: IncomingMessage, target: string): 400 | 426 | null {
  if (target.split('?', 1)[0] !== '/ws') return 400;
  if (request.httpVersion !== '1.1' || request.method !== 'GET') return 400;
  if (request.headers.upgrade?.toLowerCase() !== 'websocket') return 426;
  if (request.headers['sec-websocket-version'] !== '13') return 426;
  return request.headers['sec-websocket-protocol'] === undefined ? null : 400;
}

/**
 * Answers on a socket that HTTP has let go of, and ends it. What the peer still sends is read and dropped for a moment, since the
 * system would otherwise cut the connection before the answer was read.
 */
export function refuseUpgrade(socket: Duplex, status: number): void {
  if (refused.has(socket)) return;
  refused.add(socket);
  socket.on('error', () => undefined);
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const extra = status === 426 ? 'Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' : '';
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Error'}\r\n${extra}Vary: Origin\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
  );
  const cutOff = setTimeout(() => socket.destroy(), SOCKET_CLOSE_TIMEOUT_MS);
  socket.once('close', () => clearTimeout(cutOff));
  socket.once('end', () => socket.destroy());
  socket.resume();
}

/** A broken request is reported again with every piece of it that comes later. */
const refused = new WeakSet<Duplex>();
