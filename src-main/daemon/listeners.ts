import { realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { MessageConnection } from '../../src-shared/channel/message-connection.ts';
import { type Clock, systemClock } from '../../src-shared/clock.ts';
import type { Config } from '../../src-shared/config/schema.ts';
import { LISTEN_RETRY_MS } from './limits.ts';
import { type Watchable, Watched } from '../../src-shared/watchable.ts';
import type { ListenerState } from '../../src-shared/wire/status.ts';
import type { Logger } from '../platform/logger.ts';
import { DirectListener, type DirectListenerOptions } from './http/direct-listener.ts';
import { splitListen } from './http/listen-address.ts';
import { UnixListener } from './http/unix-listener.ts';

export interface ListenersOptions {
  /** `$PASEO_HOME/daemon.sock`, open whatever the configuration says. */
  readonly homeSocket: string;
  readonly config: Watchable<Config>;
  /** See `DirectListenerOptions`. */
  readonly waitForAddresses: boolean;
  readonly webRoot: string | null;
  readonly onSocket: DirectListenerOptions['onSocket'];
  readonly onLocal: (connection: MessageConnection) => void;
  readonly logger: Logger;
  readonly clock?: Clock;
}

/** Everything the daemon listens on: TCP addresses, the home's Unix socket and those of the configuration. */
export class Listeners {
  readonly #options: ListenersOptions;
  readonly #direct: DirectListener;
  readonly #unix = new Map<string, UnixListener>();
  readonly #state = new Watched<readonly ListenerState[]>([]);
  readonly #warnings = new Watched<readonly string[]>([]);
  readonly #unsubscribe: (() => void)[] = [];
  /** One change after the other: two at once would take each other's sockets for foreign ones. */
  #queue: Promise<unknown> = Promise.resolve();
  /** Why the addresses that are wanted now are not in use, and the end of the wait for the next attempt. */
  #refused: string | null = null;
  #cancelRetry: () => void = () => undefined;
  #stopped = false;

  constructor(options: ListenersOptions) {
    this.#options = options;
    const addresses = splitListen(options.config.get().listen).tcp;
    this.#direct = new DirectListener({ ...options, addresses });
  }

  get state(): Watchable<readonly ListenerState[]> {
    return this.#state;
  }

  get warnings(): Watchable<readonly string[]> {
    return this.#warnings;
  }

  /** Throws `ListenError` when the home's socket, or every TCP address, could not be had. */
  start(): Promise<void> {
    return this.#inTurn(async () => {
      const { sockets } = splitListen(this.#options.config.get().listen);
      for (const path of await this.#socketPaths(sockets)) await this.#openSocket(path);
      await this.#direct.start();
      this.#unsubscribe.push(
        this.#direct.state.subscribe(() => this.#publish()),
        this.#direct.warnings.subscribe(() => this.#publish()),
      );
      this.#publish();
    });
  }

  /** Moves to these addresses. When a new one cannot be had all old ones stay; rejects with `ListenError`. */
  update(listen: readonly string[]): Promise<void> {
    this.#cancelRetry();
    return this.#inTurn(async () => {
      if (this.#stopped) return;
      const { tcp, sockets } = splitListen(listen);
      const wanted = await this.#socketPaths(sockets);
      const opened = [...wanted].filter((path) => !this.#unix.has(path));
      try {
        for (const path of opened) await this.#openSocket(path);
        await this.#direct.update(tcp);
      } catch (error) {
        await Promise.all(opened.map((path) => this.#closeSocket(path)));
        throw error;
      }
      const gone = [...this.#unix.keys()].filter((path) => !wanted.has(path));
      await Promise.all(gone.map((path) => this.#closeSocket(path)));
      this.#refused = null;
      this.#publish();
    });
  }

  /**
   * As {@link update}, for addresses that are already in the file: nobody waits for the error, so it stands as a warning, and
   * they are tried again until they can be had or are changed (a network may come up later).
   */
  async follow(listen: readonly string[]): Promise<void> {
    try {
      await this.update(listen);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      const refused = `daemon.listen was changed, and the addresses of before stay in use. ${why}`;
      if (this.#stopped) return;
      if (refused !== this.#refused) this.#options.logger.warn({}, refused);
      this.#refused = refused;
      this.#cancelRetry = (this.#options.clock ?? systemClock).after(LISTEN_RETRY_MS, () => void this.follow(listen));
      this.#publish();
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelRetry();
    for (const unsubscribe of this.#unsubscribe.splice(0)) unsubscribe();
    await this.#inTurn(async () => {
      await Promise.all([this.#direct.stop(), ...[...this.#unix.keys()].map((path) => this.#closeSocket(path))]);
    });
  }

  /** The home's socket and these, each under its real name: a path may lead to the same socket through a link. */
  async #socketPaths(sockets: readonly string[]): Promise<Set<string>> {
    const real = sockets.map(async (path) => {
      // A folder that is not there is reported by whoever opens the socket.
      const folder = await realpath(dirname(path)).catch(() => dirname(path));
      return join(folder, basename(path));
    });
    return new Set([this.#options.homeSocket, ...(await Promise.all(real))]);
  }

  async #openSocket(path: string): Promise<void> {
    const { onLocal, logger } = this.#options;
    const listener = new UnixListener({ path, onConnection: onLocal, logger });
    await listener.start();
    this.#unix.set(path, listener);
  }

  async #closeSocket(path: string): Promise<void> {
    const listener = this.#unix.get(path);
    this.#unix.delete(path);
    await listener?.stop();
  }

  #publish(): void {
    const sockets = [...this.#unix.keys()].map((path): ListenerState => ({
      state: 'listening',
      configured: path,
      address: path,
    }));
    this.#state.set([...this.#direct.state.get(), ...sockets]);
    this.#warnings.set([...this.#direct.warnings.get(), ...(this.#refused === null ? [] : [this.#refused])]);
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(work);
    this.#queue = result.catch(() => undefined);
    return await result;
  }
}
