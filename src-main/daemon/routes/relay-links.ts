import { CodedError } from '../../../src-shared/coded-error.ts';
import type { Config } from '../../../src-shared/config/schema.ts';
import { EMBEDDED_RELAY_RETRY_MS } from '../limits.ts';
import { RELAY_TWIN_MS } from '../../../src-shared/limits.ts';
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
  readonly #ending = new Set<Promise<void>>();
  /** When each link came online, and when one lost its sessions to another socket of ours; by monotonic time. */
  readonly #onlineAt = new Map<string, number>();
  readonly #takenAt = new Map<string, number>();
  /** Retired relays that turned out to be the current one under an earlier name: its link serves both. */
  readonly #twins = new Set<string>();
  #currentName: string | null = null;
  readonly #state = new Watched<RelayView>({ endpoint: null, embedded: false, link: { state: 'off' } });
  #embedded: { relay: EmbeddedRelay; port: number; endpoint: string } | null = null;
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
    await this.#work;
    if (this.#retry !== null) clearTimeout(this.#retry);
    await Promise.all([...[...this.#links.values()].map((link) => link.stop()), ...this.#ending]);
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
    this.#work = this.#work
      .then(() => this.#settle())
      .catch((error: unknown) => this.#options.logger.error({ err: error }, 'the relay settings could not be applied'));
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
        this.#embedded = { relay, port, endpoint };
        this.#attempt = 0;
      } catch (error) {
        this.#embeddedFailed(port, error);
        return;
      }
    }
    const { endpoint } = this.#embedded;
    this.#options.onTarget({ ...embeddedTarget(endpoint), publicEndpoint: publicEndpoint ?? endpoint });
  }

  #embeddedFailed(port: number, error: unknown): void {
    if (this.#stopped) return;
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
    await this.#endLink(key(embeddedTarget(embedded.endpoint)));
    await embedded.relay.stop();
  }

  /** Makes the links those of the routes: the current relay and the retired ones. */
  #syncLinks(): void {
    if (this.#stopped) return;
    const { current, retired } = this.#options.routes.get();
    const enabled = this.#options.config.get().relay.enabled;
    const name = current === null ? null : key(current);
    if (name !== this.#currentName) this.#twins.clear();
    this.#currentName = name;
    const all = enabled ? [current, ...retired].filter((target) => target !== null) : [];
    const wanted = all.filter((target) => !this.#twins.has(key(target)));
    for (const held of this.#links.keys()) if (!wanted.some((target) => key(target) === held)) void this.#endLink(held);
    for (const target of wanted) if (!this.#links.has(key(target))) this.#startLink(target);
    this.#publish();
  }

  #startLink(target: RelayTarget): void {
    const { claims, onPipe, logger } = this.#options;
    const name = key(target);
    const onTaken = (): void => {
      this.#takenAt.set(name, performance.now());
      this.#endTwins();
    };
    const { endpoint, tls } = target;
    const link = new RelayLink({ endpoint, tls, claims: [...claims], onPipe, onTaken, logger });
    this.#links.set(name, link);
    link.state.subscribe(({ state }) => {
      if (state === 'online') {
        this.#onlineAt.set(name, performance.now());
        this.#endTwins();
      }
      this.#publish();
    });
    link.start();
  }

  async #endLink(name: string): Promise<void> {
    const link = this.#links.get(name);
    if (link === undefined) return;
    this.#links.delete(name);
    this.#onlineAt.delete(name);
    this.#takenAt.delete(name);
    const ended = link.stop().finally(() => this.#ending.delete(ended));
    this.#ending.add(ended);
    await ended;
  }

  /**
   * Two endpoints may lead to one relay (an address, and later a name for it). There each claim takes the sessions from the
   * other link, and both would go on doing so for as long as the earlier endpoint is kept. When one link loses its sessions in
   * the moment in which another comes online, the link of the earlier endpoint ends.
   */
  #endTwins(): void {
    for (const [loser, lostAt] of [...this.#takenAt]) {
      const isNear = ([name, at]: [string, number]) => name !== loser && Math.abs(at - lostAt) <= RELAY_TWIN_MS;
      const winner = [...this.#onlineAt].find(isNear)?.[0];
      if (winner === undefined) continue;
      this.#takenAt.delete(loser);
      const spare = winner === this.#currentName ? loser : loser === this.#currentName ? winner : loser;
      this.#twins.add(spare);
      void this.#endLink(spare);
      if (spare === winner) this.#links.get(loser)?.retryNow();
    }
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

function embeddedTarget(endpoint: string): RelayTarget {
  return { endpoint, publicEndpoint: endpoint, tls: false, embedded: true };
}

function key(target: RelayTarget): string {
  return `${target.tls ? 'wss' : 'ws'}://${target.endpoint}`;
}
