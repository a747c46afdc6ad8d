import type { MessageConnection } from '../../src-shared/channel/message-connection.ts';
import type { Config } from '../../src-shared/config/schema.ts';
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
  readonly webRoot: string | null;
  readonly onSocket: DirectListenerOptions['onSocket'];
  readonly onLocal: (connection: MessageConnection) => void;
  readonly logger: Logger;
}

/** Everything the daemon listens on: TCP addresses, the home's Unix socket and those of the configuration. */
export class Listeners {
  readonly #options: ListenersOptions;
  readonly #direct: DirectListener;
  readonly #unix = new Map<string, UnixListener>();
  readonly #state = new Watched<readonly ListenerState[]>([]);
  readonly #unsubscribe: (() => void)[] = [];

  constructor(options: ListenersOptions) {
    this.#options = options;
    const addresses = splitListen(options.config.get().listen).tcp;
    this.#direct = new DirectListener({ ...options, addresses });
  }

  get state(): Watchable<readonly ListenerState[]> {
    return this.#state;
  }

  get warnings(): Watchable<readonly string[]> {
    return this.#direct.warnings;
  }

  /** Throws `ListenError` when the home's socket, or every TCP address, could not be had. */
  async start(): Promise<void> {
    const { config, homeSocket } = this.#options;
    for (const path of new Set([homeSocket, ...splitListen(config.get().listen).sockets])) await this.#openSocket(path);
    await this.#direct.start();
    this.#unsubscribe.push(this.#direct.state.subscribe(() => this.#publish()));
    this.#publish();
  }

  /** Moves to these addresses. When a new one cannot be had all old ones stay; rejects with `ListenError`. */
  async update(listen: readonly string[]): Promise<void> {
    const { tcp, sockets } = splitListen(listen);
    const wanted = new Set([this.#options.homeSocket, ...sockets]);
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
    this.#publish();
  }

  async stop(): Promise<void> {
    for (const unsubscribe of this.#unsubscribe.splice(0)) unsubscribe();
    await Promise.all([this.#direct.stop(), ...[...this.#unix.keys()].map((path) => this.#closeSocket(path))]);
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
  }
}
