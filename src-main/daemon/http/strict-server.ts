import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo, ListenOptions, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import {
  HTTP_HEADERS_TIMEOUT_MS,
  HTTP_KEEP_ALIVE_MS,
  HTTP_REQUEST_TIMEOUT_MS,
  MAX_HTTP_HEADER_BYTES,
} from '../limits.ts';
import { SOCKET_CLOSE_TIMEOUT_MS } from '../../../src-shared/limits.ts';
import type { Logger } from '../../platform/logger.ts';
import { systemErrorCode } from '../../platform/system-error.ts';
import { websocketLimits } from '../../platform/websocket-limits.ts';
import type { Verdict } from './request-guard.ts';
import { fail, respond } from './respond.ts';
import type { StaticFiles } from './static-files.ts';
import { refuseUpgrade, upgradeRefusal } from './upgrade.ts';

interface StrictServerOptions {
  /** Runs on every request and every upgrade, before anything else. */
  check(request: IncomingMessage): Verdict;
  /** null: `/health` alone. */
  readonly pages: StaticFiles | null;
  readonly maxPayload: number;
  readonly logger: Logger;
  /** For the head of a request. */
  readonly headersTimeoutMs?: number;
  onConnection?(socket: Socket): void;
  onWebSocket(ws: WebSocket, request: IncomingMessage): void;
}

/** One listening socket: strict HTTP/1.1 parsing, short time-outs, and WebSockets at `/ws`. Listens once. */
export class StrictServer {
  readonly #options: StrictServerOptions;
  readonly #http: Server;
  readonly #upgrader: WebSocketServer;
  #stopped: Promise<void> | null = null;

  constructor(options: StrictServerOptions) {
    this.#options = options;
    this.#upgrader = new WebSocketServer({
      noServer: true,
      ...websocketLimits(options.maxPayload, SOCKET_CLOSE_TIMEOUT_MS),
    });
    this.#http = createServer(httpOptions(options), (request, response) => this.#request(request, response));
    // 0: no header is dropped unseen. The guard counts them.
    this.#http.maxHeadersCount = 0;
    this.#http.timeout = HTTP_REQUEST_TIMEOUT_MS;
    this.#http.on('connection', (socket) => options.onConnection?.(socket));
    this.#http.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) =>
      this.#upgrade(request, socket, head),
    );
    this.#http.on('connect', (_request: IncomingMessage, socket: Duplex) => refuseUpgrade(socket, 405));
    this.#http.on('clientError', (error: Error, socket: Duplex) => refuseUpgrade(socket, statusOf(error)));
  }

  /** Rejects with the error of the operating system. */
  async listen(where: ListenOptions): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#http.once('error', reject);
      this.#http.listen(where, resolve);
    });
    this.#http.removeAllListeners('error');
    this.#http.on('error', (error) => this.#options.logger.error({ err: error }, 'a listener failed'));
  }

  /** Where it listens, once it does; null for a path. */
  address(): AddressInfo | null {
    const address = this.#http.address();
    return typeof address === 'string' ? null : address;
  }

  /** Ends the listener and every connection; resolves when all are gone. Idempotent. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#http.close(() => resolve()));
    for (const ws of this.#upgrader.clients) {
      ws.resume();
      ws.close(WS_GOING_AWAY);
    }
    this.#http.closeAllConnections();
    const cutOff = setTimeout(() => {
      for (const ws of this.#upgrader.clients) ws.terminate();
    }, SOCKET_CLOSE_TIMEOUT_MS);
    await closed;
    clearTimeout(cutOff);
  }

  #request(request: IncomingMessage, response: ServerResponse): void {
    const verdict = this.#options.check(request);
    if (!verdict.ok) return fail(response, verdict.status);
    respond(request, response, verdict, this.#options.pages).catch((error: unknown) => {
      this.#options.logger.error({ err: error }, 'a request could not be answered');
      if (response.headersSent) response.destroy();
      else fail(response, 500);
    });
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => undefined); // what broke is known from the close that follows
    const verdict = this.#options.check(request);
    const status = verdict.ok ? upgradeRefusal(request, verdict.target) : verdict.status;
    if (status !== null) return refuseUpgrade(socket, status);
    this.#upgrader.handleUpgrade(request, socket, head, (ws) => this.#options.onWebSocket(ws, request));
  }
}

const WS_GOING_AWAY = 1001;

function httpOptions({ headersTimeoutMs }: StrictServerOptions) {
  return {
    insecureHTTPParser: false,
    requireHostHeader: true,
    maxHeaderSize: MAX_HTTP_HEADER_BYTES,
    headersTimeout: headersTimeoutMs ?? HTTP_HEADERS_TIMEOUT_MS,
    requestTimeout: HTTP_REQUEST_TIMEOUT_MS,
    keepAliveTimeout: HTTP_KEEP_ALIVE_MS,
    // How late Node may notice that a time-out passed.
    connectionsCheckingInterval: 1000,
    noDelay: true,
  };
}

function statusOf(error: Error): number {
  const code = systemErrorCode(error);
  if (code === 'HPE_HEADER_OVERFLOW') return 431;
  return code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400;
}
