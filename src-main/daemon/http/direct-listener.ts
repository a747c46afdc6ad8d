import type { FrameSocket } from '../../../src-shared/channel/frame-socket.ts';
import { systemClock } from '../../../src-shared/clock.ts';
import type { Clock } from '../../../src-shared/clock.ts';
import type { Config } from '../../../src-shared/config/schema.ts';
import { DIRECT_FRAME_BYTES } from '../../../src-shared/limits.ts';
import { LISTEN_RETRY_MS } from '../limits.ts';
import { Watched } from '../../../src-shared/watchable.ts';
import type { Watchable } from '../../../src-shared/watchable.ts';
import type { ListenerState } from '../../../src-shared/wire/status.ts';
import type { Logger } from '../../platform/logger.ts';
import { wsFrameSocket } from '../../platform/ws-frame-socket.ts';
import { keepAlive } from '../../platform/ws-liveness.ts';
import { isWildcardHost } from '../routes/address-kind.ts';
import { ConnectionGate } from './connection-gate.ts';
import { covers, formatTcpAddress, parseTcpAddress } from './listen-address.ts';
import type { TcpAddress } from './listen-address.ts';
import { listenError } from './listen-error.ts';
import type { ListenError } from './listen-error.ts';
import { sourceOf } from './peer-address.ts';
import { RefusalLog } from './refusal-log.ts';
import { RequestGuard } from './request-guard.ts';
import { StaticFiles } from './static-files.ts';
import { StrictServer } from './strict-server.ts';

export interface DirectListenerOptions {
  /** TCP addresses of `daemon.listen`; may be empty. */
  readonly addresses: readonly string[];
  /** Starts also while none of the addresses is there yet, and waits for them. */
  readonly waitForAddresses?: boolean;
  readonly config: Watchable<Config>;
  /** Folder of the built web client; null to serve none. */
  readonly webRoot: string | null;
  /** A WebSocket that nobody is attached to and nothing is known of. `source` is what limits per peer go by. */
  readonly onSocket: (socket: FrameSocket, from: { readonly source: string }) => void;
  readonly logger: Logger;
  readonly clock?: Clock;
}

/** One configured address. */
interface Entry {
  readonly configured: string;
  readonly address: TcpAddress;
  server: StrictServer | null;
  state: ListenerState;
  cancelRetry: (() => void) | null;
}

/** The TCP side of the daemon: web client, `/health` and WebSockets, on any number of addresses. */
export class DirectListener {
  /** One state per configured address, in order. */
  readonly state: Watchable<readonly ListenerState[]>;
  /** Standing warnings, each with its fix. */
  readonly warnings: Watchable<readonly string[]>;
  readonly #options: DirectListenerOptions;
  readonly #clock: Clock;
  readonly #guard: RequestGuard;
  readonly #pages: StaticFiles;
  readonly #gate = new ConnectionGate();
  readonly #state = new Watched<readonly ListenerState[]>([]);
  readonly #warnings = new Watched<readonly string[]>([]);
  #configured: readonly string[];
  /** What is bound, or tried: addresses that another one covers have no entry of their own. */
  #entries: readonly Entry[] = [];
  #queue: Promise<unknown> = Promise.resolve();
  #stopped = false;

  constructor(options: DirectListenerOptions) {
    this.#options = options;
    this.#configured = options.addresses;
    this.#clock = options.clock ?? systemClock;
    this.#guard = new RequestGuard(options.config, new RefusalLog(options.logger, this.#clock));
    this.#pages = new StaticFiles(options.webRoot);
    this.state = this.#state;
    this.warnings = this.#warnings;
  }

  /**
   * Listens on every address. One that is not there yet is tried again; one that cannot be had shows it in `state`. Throws the first
   * {@link ListenError} when not a single one could be had (or, with `waitForAddresses`, could come later).
   */
  start(): Promise<void> {
    return this.#inTurn(async () => {
      this.#entries = needed(this.#configured);
      const errors: ListenError[] = [];
      for (const entry of this.#entries) {
        const error = await this.#open(entry);
        if (error) errors.push(error);
      }
      const mayCome = this.#options.waitForAddresses && errors.some(({ code }) => code === 'address_not_available');
      if (errors.length > 0 && errors.length === this.#entries.length && !mayCome) {
        await this.#closeAll();
        throw errors[0]!;
      }
      for (const error of errors) this.#options.logger.warn({ code: error.code }, error.message);
      this.#publish();
    });
  }

  /** Changes the addresses. When a new one cannot be had, all old ones stay: rejects with {@link ListenError}. */
  update(addresses: readonly string[]): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#stopped) return;
      const before = this.#entries;
      const next = needed(addresses).map((entry) => before.find((old) => sameAddress(old, entry)) ?? entry);
      const added = next.filter((entry) => !before.includes(entry));
      const removed = before.filter((entry) => !next.includes(entry));
      const released: Entry[] = [];
      for (const entry of added) {
        let error = await this.#open(entry, false);
        if (error?.code === 'address_in_use') {
          // Our own old listener may be what is in the way (127.0.0.1 and then 0.0.0.0 on the same port).
          const inTheWay = removed.filter((old) => old.address.port === entry.address.port && old.server);
          for (const old of inTheWay) await close(old);
          released.push(...inTheWay);
          if (inTheWay.length > 0) error = await this.#open(entry, false);
        }
        if (!error) continue;
        for (const undone of added) await close(undone);
        for (const old of released) await this.#open(old);
        this.#publish();
        throw error;
      }
      for (const old of removed) await close(old);
      // What stood in the way of one that stays may be gone; if not, it goes on showing that.
      for (const entry of next) if (!entry.server && !entry.cancelRetry) await this.#open(entry);
      this.#entries = next;
      this.#configured = addresses;
      this.#publish();
    });
  }

  /** Ends every listener and connection. Idempotent. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#inTurn(() => this.#closeAll());
  }

  /** Binds one address; with `patient`, one that is not there is tried again later. Returns why it could not be had. */
  async #open(entry: Entry, patient = true): Promise<ListenError | null> {
    const { configured, address } = entry;
    const server = this.#server();
    try {
      await server.listen({ host: address.host, port: address.port, backlog: 511 });
    } catch (cause) {
      await server.stop();
      const error = listenError(formatTcpAddress(address), cause);
      entry.state = { state: 'failed', configured, error: error.message };
      if (patient && error.code === 'address_not_available') this.#retryLater(entry, error);
      return error;
    }
    const bound = server.address();
    const actual = bound ? formatTcpAddress({ host: bound.address, port: bound.port }) : configured;
    entry.server = server;
    entry.state = { state: 'listening', configured, address: actual };
    this.#options.logger.info({ address: actual }, 'listening');
    return null;
  }

  #retryLater(entry: Entry, error: ListenError): void {
    const retryAt = new Date(Date.now() + LISTEN_RETRY_MS).toISOString();
    entry.state = { state: 'waiting', configured: entry.configured, error: error.message, retryAt };
    entry.cancelRetry = this.#clock.after(LISTEN_RETRY_MS, () => {
      entry.cancelRetry = null;
      void this.#inTurn(async () => {
        if (this.#stopped || !this.#entries.includes(entry)) return;
        await this.#open(entry);
        this.#publish();
      });
    });
  }

  #server(): StrictServer {
    return new StrictServer({
      check: (request) => this.#guard.check(request),
      pages: this.#pages,
      maxPayload: DIRECT_FRAME_BYTES,
      logger: this.#options.logger,
      onConnection: (socket) => this.#gate.enter(socket, sourceOf(socket.remoteAddress ?? '')),
      onWebSocket: (ws, request) => {
        this.#gate.leave(request.socket);
        // Also bounds pings and pongs, which the channel above never sees.
        keepAlive(ws, this.#clock, () => undefined);
        this.#options.onSocket(wsFrameSocket(ws), { source: sourceOf(request.socket.remoteAddress ?? '') });
      },
    });
  }

  async #closeAll(): Promise<void> {
    await Promise.all(this.#entries.map(close));
    this.#entries = [];
    this.#configured = [];
    this.#publish();
  }

  #publish(): void {
    const states = this.#configured.flatMap((configured): ListenerState[] => {
      const address = parseTcpAddress(configured);
      const entry = this.#entries.find((one) => sameAddress(one, { address }) || covers(one.address, address));
      return entry ? [{ ...entry.state, configured }] : [];
    });
    const warnings = this.#entries
      .filter((entry) => entry.server && isWildcardHost(entry.address.host))
      .map(wildcardWarning);
    for (const warning of warnings) {
      if (!this.#warnings.get().includes(warning)) this.#options.logger.warn({}, warning);
    }
    this.#warnings.set(warnings);
    this.#state.set(states);
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(work);
    this.#queue = result.catch(() => undefined);
    return await result;
  }
}

/** One entry per address that must be bound. Throws {@link ListenError} `invalid_address`. */
function needed(addresses: readonly string[]): Entry[] {
  const entries = addresses.map((configured): Entry => {
    const state = { state: 'failed', configured, error: 'Not tried yet.' } as const;
    return { configured, address: parseTcpAddress(configured), server: null, state, cancelRetry: null };
  });
  return entries.filter(
    (entry, index) =>
      !entries.some((other) => covers(other.address, entry.address)) &&
      entries.findIndex((other) => sameAddress(other, entry)) === index,
  );
}

function sameAddress(a: Pick<Entry, 'address'>, b: Pick<Entry, 'address'>): boolean {
  return formatTcpAddress(a.address) === formatTcpAddress(b.address);
}

async function close(entry: Entry): Promise<void> {
  entry.cancelRetry?.();
  entry.cancelRetry = null;
  await entry.server?.stop();
  entry.server = null;
}

function wildcardWarning({ address }: Entry): string {
  return (
    `Listening on every network of this machine (${formatTcpAddress(address)}). Only paired devices get in, but anybody there can ` +
    'knock. Choose one address in daemon.listen instead.'
  );
}
