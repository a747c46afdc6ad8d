import { CodedError } from '../../../src-shared/coded-error.ts';
import type { Config } from '../../../src-shared/config/schema.ts';
import { EMBEDDED_RELAY_RETRY_MS } from '../../../src-shared/limits.ts';
import { type Watchable, Watched } from '../../../src-shared/watchable.ts';
import type { RelayLinkState } from '../../../src-shared/wire/status.ts';
import type { Logger } from '../../platform/logger.ts';
import { RelayLink, type RelayPipe, type RelaySessionClaim } from '../relay-link/relay-link.ts';
import type { RelayTarget, Routes } from './route-book.ts';

/** A relay in this process, handed in by whoever starts the daemon; the daemon itself does not know the relay's code. */
export interface EmbeddedRelay {
  start(): Promise<{ listen: string[] }>;
  stop(): Promise<void>;
}

export interface RelayLinksOptions {
  config: Watchable<Config>;
  routes: Watchable<Routes>;
  claims: readonly RelaySessionClaim[];
  /** Makes a relay on loopback at this port. */
  embeddedRelay(port: number): EmbeddedRelay;
  /** The relay that clients shall be told now; null while there is none. */
  onTarget(target: RelayTarget | null): void;
  onPipe(pipe: RelayPipe): void;
  logger: Logger;
}

export interface RelayView {
  endpoint: string | null;
  embedded: boolean;
  link: RelayLinkState;
}

/**
 * Holds one link to the relay in force (the configured one, or the embedded one while none is set) and one to each relay of
 * before that is still claimed. A relay that cannot be had never stops the daemon: the state says why.
 */
export class RelayLinks {
  readonly #options: RelayLinksOptions;
  readonly #links = new Map<string, RelayLink>();
  readonly #state = new Watched<RelayView>({ endpoint: null, embedded: false, link: { state: 'off' } });
  #embedded: { relay: EmbeddedRelay; port: number; target: RelayTarget } | null = null;
  #retry: NodeJS.Timeout | null = null;
  #attempt = 0;
  #work: Promise<void> = Promise.resolve();
  #unsubscribe: (() => void)[] = [];
  #stopped = false;

  constructor(options: RelayLinksOptions) {
    this.#options = options;
  }

  get state(): Watchable<RelayView> {
    return this.#state;
  }

  /** Resolves when the embedded relay listens (or could not); links go on connecting by themselves. */
  async start(): Promise<void> {
    const { config, routes } = this.#options;
    this.#unsubscribe = [config.subscribe(() => this.#apply()), routes.subscribe(() => this.#syncLinks())];
    this.#apply();
    await this.#work;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const unsubscribe of this.#unsubscribe.splice(0)) unsubscribe();
    if (this.#retry !== null) clearTimeout(this.#retry);
    await this.#work;
    await Promise.all([...this.#links.values()].map((link) => link.stop()));
    this.#links.clear();
    await this.#stopEmbedded();
  }

  retryNow(): void {
    for (const link of this.#links.values()) link.retryNow();
    if (this.#retry !== null) this.#apply();
  }

  /** Tells every relay the join tokens that are valid now. */
  updateTokens(): void {
    for (const link of this.#links.values()) link.updateTokens();
  }

  #apply(): void {
    this.#work = this.#work.then(() => this.#settle());
  }

  async #settle(): Promise<void> {
    if (this.#stopped) return;
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#retry = null;
    const { relay } = this.#options.config.get();
    if (!relay.enabled || relay.endpoint !== null) await this.#stopEmbedded();
    if (!relay.enabled) this.#options.onTarget(null);
    else if (relay.endpoint !== null)
      this.#options.onTarget({
        endpoint: relay.endpoint,
        publicEndpoint: relay.publicEndpoint ?? relay.endpoint,
        tls: relay.useTls,
        embedded: false,
      });
    else await this.#startEmbedded(relay.embeddedPort, relay.publicEndpoint);
    this.#syncLinks();
  }

  async #startEmbedded(port: number, publicEndpoint: string | null): Promise<void> {
    if (this.#embedded !== null && this.#embedded.port !== port) await this.#stopEmbedded();
    if (this.#embedded === null) {
      const relay = this.#options.embeddedRelay(port);
      try {
        const endpoint = (await relay.start()).listen[0] ?? `127.0.0.1:${port}`;
        const target = { endpoint, publicEndpoint: publicEndpoint ?? endpoint, tls: false, embedded: true };
        this.#embedded = { relay, port, target };
        this.#attempt = 0;
      } catch (error) {
        this.#embeddedFailed(port, error);
        return;
      }
    }
    this.#options.onTarget(this.#embedded.target);
  }

  #embeddedFailed(port: number, error: unknown): void {
    this.#attempt += 1;
    this.#options.onTarget(null);
    const reason = error instanceof CodedError ? error.message : `The embedded relay could not listen on port ${port}.`;
    const message = `${reason} Set daemon.relay.embeddedPort to a free port, or daemon.relay.endpoint to a relay.`;
    this.#options.logger.warn({ port, attempt: this.#attempt }, message);
    const retryAt = new Date(Date.now() + EMBEDDED_RELAY_RETRY_MS).toISOString();
    const link: RelayLinkState = { state: 'offline', attempt: this.#attempt, retryAt, error: message };
    this.#state.set({ endpoint: `127.0.0.1:${port}`, embedded: true, link });
    this.#retry = setTimeout(() => this.#apply(), EMBEDDED_RELAY_RETRY_MS);
  }

  async #stopEmbedded(): Promise<void> {
    const embedded = this.#embedded;
    this.#embedded = null;
    if (embedded === null) return;
    await this.#endLink(key(embedded.target));
    await embedded.relay.stop();
  }

  /** Makes the links those of the routes: the current relay and the retired ones. */
  #syncLinks(): void {
    if (this.#stopped) return;
    const { current, retired } = this.#options.routes.get();
    const enabled = this.#options.config.get().relay.enabled;
    const wanted = enabled ? [current, ...retired].filter((target) => target !== null) : [];
    for (const name of this.#links.keys()) if (!wanted.some((target) => key(target) === name)) void this.#endLink(name);
    for (const target of wanted) if (!this.#links.has(key(target))) this.#startLink(target);
    this.#publish();
  }

  #startLink(target: RelayTarget): void {
    const { claims, onPipe, logger } = this.#options;
    const link = new RelayLink({ endpoint: target.endpoint, tls: target.tls, claims: [...claims], onPipe, logger });
    this.#links.set(key(target), link);
    link.state.subscribe(() => this.#publish());
    link.start();
  }

  async #endLink(name: string): Promise<void> {
    const link = this.#links.get(name);
    this.#links.delete(name);
    await link?.stop();
  }

  #publish(): void {
    if (this.#stopped || this.#retry !== null) return;
    const { current } = this.#options.routes.get();
    const link = current === null ? undefined : this.#links.get(key(current));
    const view: RelayView = {
      endpoint: current?.endpoint ?? null,
      embedded: current?.embedded ?? false,
      link: link?.state.get() ?? { state: 'off' },
    };
    this.#state.set(view);
  }
}

function key(target: RelayTarget): string {
  return `${target.tls ? 'wss' : 'ws'}://${target.endpoint}`;
}
