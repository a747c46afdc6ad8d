import { backOffMs } from '../back-off.ts';
import type { CloseReason, MessageConnection } from '../channel/message-connection.ts';
import type { Clock } from '../clock.ts';
import { CodedError } from '../coded-error.ts';
import { PROBE_TIMEOUT_MS, WELCOME_TIMEOUT_MS } from '../limits.ts';
import { type Watchable, Watched } from '../watchable.ts';
import type { Welcome } from '../wire/messages.ts';
import type { ClientLink } from './client-link.ts';
import type { ClientState, EndReason } from './client-state.ts';
import { endOfConnection, endOfConnecting, offlineReason, VERSION_MESSAGE } from './ending.ts';

export interface LoopOptions {
  connect(signal: AbortSignal): Promise<MessageConnection>;
  /** Makes the link for a connection; `renew` is to be called when it has come of age. */
  open(connection: MessageConnection, renew: () => void): ClientLink;
  /** The link listens now: says hello where no handshake did. */
  greet(link: ClientLink): void;
  /** The link is the one to use from now on, instead of any before. */
  adopt(link: ClientLink, welcome: Welcome): void;
  /** No link is in use any more. */
  lost(): void;
  /** Asks something small over the link in use and resolves with its answer. */
  probe(): Promise<unknown>;
  readonly clock: Clock;
  readonly now: () => number;
  readonly random: () => number;
}

/** Keeps one connection up: connects, waits longer after each failure, and moves to a fresh connection before one gets too old. */
export class ConnectionLoop {
  readonly #options: LoopOptions;
  readonly #state = new Watched<ClientState>({ state: 'connecting', attempt: 1 });
  readonly #stopping = new AbortController();
  #running: Promise<void> | null = null;
  #wake: () => void = () => undefined;
  #link: ClientLink | null = null;

  constructor(options: LoopOptions) {
    this.#options = options;
  }

  get state(): Watchable<ClientState> {
    return this.#state;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new CodedError('stopped', 'The client was stopped.'));
    this.#wake();
    await this.#running;
    this.#end('stopped', 'Stopped.');
  }

  /** Cuts the wait short; a connection that looks alive is checked, since the network may have changed under it. */
  retryNow(): void {
    this.#wake();
    const link = this.#link;
    if (link === null) return;
    const cancel = this.#options.clock.after(PROBE_TIMEOUT_MS, () => void link.connection.close('superseded'));
    this.#options.probe().then(cancel, cancel);
  }

  get #over(): boolean {
    return this.#stopping.signal.aborted || this.#state.get().state === 'ended';
  }

  async #run(): Promise<void> {
    let attempt = 1;
    while (!this.#over) {
      this.#state.set({ state: 'connecting', attempt });
      const { welcomed, reason } = await this.#tryOnce();
      if (this.#over) return;
      if (welcomed) attempt = 1;
      const wait = backOffMs(attempt, this.#options.random);
      this.#state.set({ state: 'offline', attempt, retryAt: this.#options.now() + wait, reason });
      attempt++;
      await this.#wait(wait);
    }
  }

  /** One connection, from dialling to its end. */
  async #tryOnce(): Promise<{ welcomed: boolean; reason: string }> {
    let connection: MessageConnection;
    try {
      connection = await this.#options.connect(this.#stopping.signal);
    } catch (error) {
      const end = endOfConnecting(error);
      if (end !== null) this.#end(end.reason, end.message);
      return { welcomed: false, reason: offlineReason(error) };
    }
    const first = await this.#welcome(connection);
    if (first === null) return { welcomed: false, reason: 'The daemon ended the connection.' };
    const reason = await this.#keep(first);
    this.#link = null;
    this.#options.lost();
    const end = endOfConnection(reason);
    if (end !== null) this.#end(end.reason, end.message);
    return { welcomed: true, reason: 'The connection was lost.' };
  }

  /** Waits for the welcome and starts to use the link. null when it did not come. */
  async #welcome(connection: MessageConnection): Promise<Live | null> {
    if (this.#stopping.signal.aborted) {
      await connection.close('fin');
      return null;
    }
    let renew: () => void = () => undefined;
    const renewDue = new Promise<'renew'>((resolve) => (renew = () => resolve('renew')));
    const link = this.#options.open(connection, renew);
    const over = link.run();
    this.#options.greet(link);
    const cancel = this.#options.clock.after(WELCOME_TIMEOUT_MS, () => void connection.close('fin'));
    const onStop = (): void => void connection.close('fin');
    this.#stopping.signal.addEventListener('abort', onStop, { once: true });
    const welcome = await link.welcome;
    cancel();
    if (welcome === null || welcome === 'other-version') {
      this.#stopping.signal.removeEventListener('abort', onStop);
      await connection.close('fin');
      const end =
        welcome === null ? endOfConnection(await over) : { reason: 'version' as const, message: VERSION_MESSAGE };
      if (end !== null) this.#end(end.reason, end.message);
      return null;
    }
    void over.then(() => this.#stopping.signal.removeEventListener('abort', onStop));
    this.#link = link;
    const { role } = welcome;
    this.#state.set({ state: 'connected', path: connection.path, role, since: this.#options.now() });
    this.#options.adopt(link, welcome);
    return { link, over, renewDue };
  }

  /** Stays with the link, or with those that follow it, until the last one is over. */
  async #keep(first: Live): Promise<CloseReason> {
    let live = first;
    for (;;) {
      const next = await Promise.race([live.over, live.renewDue]);
      if (next !== 'renew') return next;
      const renewed = await this.#renew();
      // Without a new connection the old one is used until it ends.
      if (renewed === null) return notReplaced(await live.over);
      void live.link.connection.close('superseded');
      live = renewed;
    }
  }

  async #renew(): Promise<Live | null> {
    try {
      return await this.#welcome(await this.#options.connect(this.#stopping.signal));
    } catch {
      return null;
    }
  }

  #end(reason: EndReason, message: string): void {
    if (this.#state.get().state !== 'ended') this.#state.set({ state: 'ended', reason, message });
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#options.clock.after(ms, resolve);
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
  }
}

/** The attempt to renew may have reached the daemon, which then ended the old connection for it: no other window did. */
function notReplaced(reason: CloseReason): CloseReason {
  return reason.code === 'replaced' ? { ...reason, code: 'interrupted' } : reason;
}

/** A link in use. */
interface Live {
  readonly link: ClientLink;
  readonly over: Promise<CloseReason>;
  readonly renewDue: Promise<'renew'>;
}
