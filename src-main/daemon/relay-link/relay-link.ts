import { backOffMs } from '../../../src-shared/back-off.ts';
import type { Clock } from '../../../src-shared/clock.ts';
import { systemClock } from '../../../src-shared/clock.ts';
import { RELAY_LINK_SETTLED_MS, RELAY_TAKEN_RETRY_MS } from '../../../src-shared/limits.ts';
import { Watched } from '../../../src-shared/watchable.ts';
import type { Watchable } from '../../../src-shared/watchable.ts';
import type { RelayLinkState } from '../../../src-shared/wire/status.ts';
import type { Logger } from '../../platform/logger.ts';
import { ControlLink } from './control-link.ts';
import type { RelaySessionClaim, WaitingClient } from './control-link.ts';
import { DataPipes } from './data-pipes.ts';
import type { RelayPipe } from './data-pipes.ts';
import type { RelayLinkError } from './relay-link-error.ts';

export type { RelaySessionClaim, RelayPipe };

export interface RelayLinkOptions {
  /** `host:port` of the relay; also the relay name in every proof. */
  readonly endpoint: string;
  readonly tls: boolean;
  readonly claims: readonly RelaySessionClaim[];
  /** A client waits behind this socket, not authenticated; whoever takes it closes it. */
  onPipe(pipe: RelayPipe): void;
  /** Another socket of this daemon's identity has the sessions now. The link comes back for them, but not soon. */
  onTaken?(): void;
  readonly logger: Logger;
  readonly clock?: Clock;
  /** Wall clock, for the times people see. */
  readonly date?: () => Date;
  /** In [0, 1), for the jitter. */
  readonly random?: () => number;
}

/**
 * Keeps this daemon reachable through one relay: claims its sessions there, dials back for each waiting client, and reconnects
 * with jittered exponential back-off for as long as it runs. Pipes outlive a lost control socket.
 */
export class RelayLink {
  readonly #options: RelayLinkOptions & Required<Pick<RelayLinkOptions, 'clock' | 'date' | 'random'>>;
  readonly #state = new Watched<RelayLinkState>({ state: 'off' });
  readonly #pipes: DataPipes;
  readonly #ending = new Set<Promise<void>>();
  #control: ControlLink | null = null;
  #failures = 0;
  #onlineAt: number | null = null;
  #cancelRetry: () => void = () => {};
  #stopped = false;

  constructor(options: RelayLinkOptions) {
    this.#options = {
      clock: systemClock,
      date: () => new Date(),
      random: Math.random,
      ...options,
      endpoint: options.endpoint.toLowerCase(),
    };
    this.#pipes = new DataPipes({
      address: this.#options,
      onPipe: options.onPipe,
      sendAdmit: (pipe) => this.#control?.admit(pipe),
    });
  }

  get state(): Watchable<RelayLinkState> {
    return this.#state;
  }

  start(): void {
    if (this.#state.get().state === 'off' && !this.#stopped) this.#connect();
  }

  /** Connects at once instead of waiting for the next attempt. */
  retryNow(): void {
    if (this.#state.get().state !== 'offline') return;
    this.#cancelRetry();
    this.#connect();
  }

  /** Tells the relay the join tokens that are valid now; pipes of removed ones are closed there. */
  updateTokens(): void {
    this.#control?.updateTokens();
  }

  /** Idempotent; resolves when every socket is gone. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelRetry();
    this.#control?.close();
    this.#control = null;
    this.#state.set({ state: 'off' });
    await Promise.all([this.#pipes.stop(), ...this.#ending]);
  }

  #connect(): void {
    const { clock, claims } = this.#options;
    this.#state.set({ state: 'connecting', attempt: this.#failures + 1 });
    const control = new ControlLink({
      address: this.#options,
      claims,
      clock,
      onOnline: () => this.#online(),
      onWaiting: (client) => this.#waiting(client),
      onEnded: (error) => this.#lost(error),
    });
    this.#control = control;
    const gone = control.closed.then(() => {
      this.#ending.delete(gone);
    });
    this.#ending.add(gone);
  }

  #online(): void {
    const { clock, date, endpoint, logger } = this.#options;
    this.#onlineAt = clock.now();
    this.#pipes.repeatAdmissions();
    logger.info({ endpoint }, 'Connected to the relay');
    this.#state.set({ state: 'online', since: date().toISOString() });
  }

  #waiting(client: WaitingClient): void {
    const claim = this.#options.claims.find(({ sessionId }) => sessionId === client.sessionId);
    // A client that was let in with a token we have just taken back is not worth dialling for.
    if (claim?.tokenHashes().includes(client.tokenHash)) this.#pipes.dial(client);
  }

  #lost(error: RelayLinkError): void {
    const { clock, date, endpoint, logger, random } = this.#options;
    const settled = this.#onlineAt !== null && clock.now() - this.#onlineAt >= RELAY_LINK_SETTLED_MS;
    this.#control = null;
    this.#onlineAt = null;
    this.#failures = settled ? 1 : this.#failures + 1;
    const isContested = error.code === 'taken' || error.code === 'take_over_limit';
    const wait = isContested
      ? Math.round(RELAY_TAKEN_RETRY_MS * (0.5 + random() / 2))
      : backOffMs(this.#failures, random);
    logger.warn({ endpoint, code: error.code, attempt: this.#failures, waitMs: wait }, error.message);
    this.#cancelRetry = clock.after(wait, () => this.#connect());
    const retryAt = new Date(date().getTime() + wait).toISOString();
    this.#state.set({ state: 'offline', attempt: this.#failures, retryAt, error: error.message });
    if (error.code === 'taken') this.#options.onTaken?.();
  }
}
