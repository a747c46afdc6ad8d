import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import {
  RELAY_CLOSE_TIMEOUT_MS,
  RELAY_CONTROL_BYTES,
  RELAY_FRAME_BYTES,
  RELAY_SOCKETS,
  SOCKET_CLOSE_TIMEOUT_MS,
} from '../../src-shared/limits.ts';
import { RELAY_PATHS, RelayClose } from '../../src-shared/relay/envelopes.ts';
import { websocketLimits } from '../platform/websocket-limits.ts';
import type { Doorstep } from './doorstep.ts';
import { listenError } from './relay-listen-error.ts';
import type { RelaySocket } from './relay-socket.ts';
import { sourceName, sourceOf } from './source-address.ts';
import type { SourceRate } from './source-rate.ts';

const HEALTH = JSON.stringify({ status: 'ok' });
const HTTP_LIMITS = {
  insecureHTTPParser: false,
  requireHostHeader: true,
  maxHeaderSize: 8 * 1024,
  headersTimeout: 8000,
  requestTimeout: 10_000,
  connectionsCheckingInterval: 2000,
  keepAliveTimeout: 5000,
  highWaterMark: 64 * 1024,
  noDelay: true,
};

type RelayPath = keyof typeof RELAY_PATHS;

interface RelayServerOptions {
  readonly doorstep: Doorstep;
  readonly rate: SourceRate;
  readonly trustForwardedFor: boolean;
  /** An upgraded socket; it has an error listener and counts as a stranger. */
  onSocket(path: RelayPath, socket: RelaySocket, tcp: Socket): void;
}

/** One listening address: strict HTTP with `GET /health`, and the three WebSocket paths. Everything else is refused and cut. */
export class RelayServer {
  readonly #options: RelayServerOptions;
  readonly #http: Server;
  readonly #sockets = {
    daemon: upgrader(RELAY_CONTROL_BYTES),
    client: upgrader(RELAY_FRAME_BYTES),
    data: upgrader(RELAY_FRAME_BYTES),
  };

  constructor(options: RelayServerOptions) {
    this.#options = options;
    this.#http = createServer(HTTP_LIMITS, answer);
    this.#http.maxConnections = RELAY_SOCKETS;
    this.#http.on('connection', (tcp) => options.doorstep.enter(tcp, sourceName(tcp.remoteAddress ?? '')));
    this.#http.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
      refuse(socket, error.code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large' : '400 Bad Request');
    });
    this.#http.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      this.#upgrade(request, socket, head);
    });
  }

  /** Resolves with the address as `host:port`. Throws {@link RelayListenError}. */
  async listen(host: string, port: number): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.#http.once('error', (error) => reject(listenError(error, host, port)));
      this.#http.listen({ host, port, backlog: 1024 }, resolve);
    });
    this.#http.removeAllListeners('error');
    this.#http.on('error', () => {});
    const { address, port: actual, family } = this.#http.address() as AddressInfo;
    return family === 'IPv6' ? `[${address}]:${actual}` : `${address}:${actual}`;
  }

  /** Tells every socket that the relay goes away, and resolves when all are gone. */
  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#http.close(() => resolve()));
    const open = Object.values(this.#sockets).flatMap((server) => [...server.clients]);
    for (const ws of open) {
      ws.resume();
      ws.close(RelayClose.goingAway);
    }
    this.#http.closeAllConnections();
    const giveUp = setTimeout(() => open.forEach((ws) => ws.terminate()), SOCKET_CLOSE_TIMEOUT_MS);
    await closed;
    clearTimeout(giveUp);
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { doorstep, rate, trustForwardedFor, onSocket } = this.#options;
    socket.on('error', () => {});
    const path = pathOf(request.url);
    if (!path) return refuse(socket, '404 Not Found');
    if (request.headers['sec-websocket-version'] !== '13')
      return refuse(socket, '426 Upgrade Required', 'Sec-WebSocket-Version: 13\r\n');
    if (request.headers['sec-websocket-protocol'] !== undefined) return refuse(socket, '400 Bad Request');
    const source = sourceOf(request, trustForwardedFor);
    doorstep.enter(socket, source);
    if (!rate.take(source)) return refuse(socket, '429 Too Many Requests');
    this.#sockets[path].handleUpgrade(request, socket, head, (ws) => {
      // What broke is known from the close that follows.
      ws.on('error', () => {});
      onSocket(path, { ws, raw: socket, source, proven: () => doorstep.proven(socket) }, request.socket);
    });
  }
}

function upgrader(maxPayload: number): WebSocketServer {
  return new WebSocketServer({ noServer: true, ...websocketLimits(maxPayload, RELAY_CLOSE_TIMEOUT_MS) });
}

/** The exact paths alone: ids and tokens never travel in one. */
function pathOf(url: string | undefined): RelayPath | null {
  if (url === RELAY_PATHS.daemon) return 'daemon';
  if (url === RELAY_PATHS.client) return 'client';
  return url === RELAY_PATHS.data ? 'data' : null;
}

function answer(request: IncomingMessage, response: ServerResponse): void {
  const isHealth = request.url === '/health';
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  const status = !isHealth ? 404 : isRead ? 200 : 405;
  const body = status === 200 ? HEALTH : '';
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': body.length,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    connection: 'close',
    ...(status === 405 ? { allow: 'GET, HEAD' } : {}),
  });
  response.end(request.method === 'HEAD' ? '' : body);
  // A body that nobody asked for is not waited for.
  response.once('finish', () => request.socket.destroySoon());
}

function refuse(socket: Duplex, status: string, headers = ''): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  socket.once('finish', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status}\r\n${headers}Connection: close\r\nContent-Length: 0\r\n\r\n`);
}
