import { type Clock, systemClock } from '../clock.ts';
import type { ClientHello, Device } from '../devices.ts';
import type { DeviceRoutes } from '../routes.ts';
import { type Watchable, Watched } from '../watchable.ts';
import type { AgentSummary } from '../wire/agent.ts';
import type { DaemonEvent, Welcome } from '../wire/messages.ts';
import type { CommandMethod, Params, QueryMethod, Result, Topic } from '../wire/requests.ts';
import type { DaemonStatus, PairingState } from '../wire/status.ts';
import { AgentFeeds } from './agent-feeds.ts';
import type { AgentFollower } from './agent-follower.ts';
import { type Ask, ClientLink, type LinkHandlers, typedAsk } from './client-link.ts';
import type { ClientState, ConnectionSource } from './client-state.ts';
import { ConnectionLoop } from './connection-loop.ts';
import { Outbox } from './outbox.ts';
import type { OutboxItem, OutboxStore } from './outbox-store.ts';
import { RequestError } from './request-error.ts';

export interface DaemonClientOptions {
  readonly connect: ConnectionSource;
  /** What this client says of itself; the instance comes from the outbox store. */
  readonly hello: Omit<ClientHello, 'clientInstance'>;
  /** true where no handshake carries the hello (Unix socket, message port): it is then the first message. */
  readonly localHello: boolean;
  readonly outbox: OutboxStore;
  /** Topics to watch from the start; every other watchable stays null. */
  readonly topics: readonly Topic[];
  /** Newer routes: store them with the daemon's record. */
  readonly onRoutes?: (routes: DeviceRoutes) => void;
  readonly clock?: Clock;
  /** Wall clock in milliseconds. */
  readonly now?: () => number;
  /** Uniform in [0, 1), for the jitter of the back-off. */
  readonly random?: () => number;
}

/** One daemon, whatever the transport: stays connected, follows, asks, and has its commands run at most once. */
export class DaemonClient {
  readonly #options: DaemonClientOptions;
  readonly #welcome = new Watched<Welcome | null>(null);
  readonly #agents = new Watched<AgentSummary[] | null>(null);
  readonly #devices = new Watched<Device[] | null>(null);
  readonly #daemon = new Watched<DaemonStatus | null>(null);
  readonly #pairing = new Watched<PairingState | null>(null);
  readonly #loop: ConnectionLoop;
  readonly #outbox: Outbox;
  readonly #feeds = new AgentFeeds((ask) => this.#ask(ask));
  #opening: Promise<void> | null = null;
  #instance = '';
  #link: ClientLink | null = null;
  #routesVersion = 0;

  constructor(options: DaemonClientOptions) {
    this.#options = options;
    const now = options.now ?? Date.now;
    this.#outbox = new Outbox(options.outbox, now);
    this.#loop = new ConnectionLoop({
      connect: async (signal) => {
        await this.#openOutbox();
        return options.connect(signal, this.#hello());
      },
      open: (connection, renew) => new ClientLink(connection, this.#instance, this.#handlers(renew)),
      greet: (link) => {
        if (options.localHello) link.send({ t: 'hello', hello: this.#hello() });
      },
      adopt: (link, welcome) => this.#adopt(link, welcome),
      lost: () => this.#lost(),
      probe: () => this.query('daemon.status', {}),
      clock: options.clock ?? systemClock,
      now,
      random: options.random ?? Math.random,
    });
    this.#loop.state.subscribe((state) => {
      if (state.state === 'ended') this.#outbox.end(new RequestError('stopped', state.message));
    });
  }

  get state(): Watchable<ClientState> {
    return this.#loop.state;
  }

  /** The daemon's newest welcome; it stays when the connection is lost, like everything below. */
  get welcome(): Watchable<Welcome | null> {
    return this.#welcome;
  }

  /** Without the archived ones, in no particular order. */
  get agents(): Watchable<AgentSummary[] | null> {
    return this.#agents;
  }

  get devices(): Watchable<Device[] | null> {
    return this.#devices;
  }

  get daemon(): Watchable<DaemonStatus | null> {
    return this.#daemon;
  }

  get pairing(): Watchable<PairingState | null> {
    return this.#pairing;
  }

  /** Commands without a result yet, oldest first, and failed ones that nobody has heard of. */
  get pendingCommands(): Watchable<readonly OutboxItem[]> {
    return this.#outbox.pending;
  }

  start(): void {
    this.#loop.start();
  }

  /** Ends the connection; stored commands stay stored. */
  stop(): Promise<void> {
    return this.#loop.stop();
  }

  /** Tries at once: the network came back, the page became visible. */
  retryNow(): void {
    this.#loop.retryNow();
  }

  /** Rejects with {@link RequestError}: the daemon's refusal, or `not_connected`. Survives a planned change of connection. */
  query<M extends QueryMethod>(method: M, params: Params<M>, signal?: AbortSignal): Promise<Result<M>> {
    return new Promise((resolve, reject) => {
      const aborted = (): void => reject(new RequestError('aborted', 'The request was given up.'));
      if (signal?.aborted === true) return aborted();
      signal?.addEventListener('abort', aborted, { once: true });
      const settled = (): void => signal?.removeEventListener('abort', aborted);
      const ask = typedAsk(method, params, {
        answered: (result) => {
          settled();
          resolve(result as Result<M>);
        },
        failed: (error) => {
          settled();
          reject(error);
        },
      });
      if (!this.#ask(ask)) ask.failed(notConnected());
    });
  }

  /** Stored first; survives reconnecting and reloading; runs at most once. Rejects with {@link RequestError}. */
  command<M extends CommandMethod>(method: M, params: Params<M>): Promise<Result<M>> {
    return this.#outbox.add(method, params);
  }

  /** Gives up waiting for a command. If it was sent already it may have run. */
  discardCommand(n: number): void {
    this.#outbox.discard(n);
  }

  /** Each call is its own follower; stop it when the view closes. */
  follow(agentId: string): AgentFollower {
    return this.#feeds.follow(agentId);
  }

  #hello(): ClientHello {
    return { ...this.#options.hello, clientInstance: this.#instance };
  }

  async #openOutbox(): Promise<void> {
    this.#opening ??= this.#outbox.open().then((instance) => {
      this.#instance = instance;
    });
    try {
      await this.#opening;
    } catch (cause) {
      this.#opening = null;
      throw new RequestError('not_stored', 'This device cannot read its own storage. Free some space, or reload.', {
        cause,
      });
    }
  }

  #adopt(link: ClientLink, welcome: Welcome): void {
    const unanswered = this.#link?.abandon() ?? [];
    this.#link = link;
    this.#welcome.set(welcome);
    if (welcome.routes !== null) this.#takeRoutes(welcome.routes);
    const ignore = (): void => undefined;
    if (this.#options.topics.length > 0)
      link.ask(typedAsk('watch', { topics: [...this.#options.topics] }, { answered: ignore, failed: ignore }));
    this.#feeds.connected();
    for (const ask of unanswered) if (!SET_UP.has(ask.method)) link.ask(ask);
    this.#outbox.attach((item) => link.sendCommand(item.n, item.method, item.params), welcome.lastCommand);
  }

  #lost(): void {
    const unanswered = this.#link?.abandon() ?? [];
    this.#link = null;
    this.#outbox.detach();
    this.#feeds.disconnected();
    for (const ask of unanswered) ask.failed(notConnected());
  }

  #ask(ask: Ask): boolean {
    this.#link?.ask(ask);
    return this.#link !== null;
  }

  #handlers(renew: () => void): LinkHandlers {
    return { event: (event) => this.#event(event), command: (n, outcome) => this.#outbox.settle(n, outcome), renew };
  }

  #event(event: DaemonEvent): void {
    switch (event.topic) {
      case 'agents':
        return this.#agents.set(event.agents);
      case 'agent':
        return this.#agents.set(withAgent(this.#agents.get() ?? [], event.agent));
      case 'timeline':
        return this.#feeds.receive(event);
      case 'detail':
        return this.#feeds.receiveDetail(event.agentId, event.detail);
      case 'devices':
        return this.#devices.set(event.devices);
      case 'daemon':
        return this.#daemon.set(event.status);
      case 'pairing':
        return this.#pairing.set(event.pairing);
      case 'routes':
        return this.#takeRoutes(event.routes);
    }
  }

  #takeRoutes(routes: DeviceRoutes): void {
    if (routes.version <= this.#routesVersion) return;
    this.#routesVersion = routes.version;
    this.#options.onRoutes?.(routes);
  }
}

/** Requests that every new connection makes for itself. */
const SET_UP: ReadonlySet<QueryMethod> = new Set(['watch', 'agent.subscribe', 'agent.unsubscribe']);

function withAgent(agents: readonly AgentSummary[], agent: AgentSummary): AgentSummary[] {
  const at = agents.findIndex(({ id }) => id === agent.id);
  if (agent.archived) return agents.filter(({ id }) => id !== agent.id);
  return at < 0 ? [...agents, agent] : agents.with(at, agent);
}

function notConnected(): RequestError {
  return new RequestError('not_connected', 'There is no connection to the daemon now.');
}
