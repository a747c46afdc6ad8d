import { CodedError } from '../../src-shared/coded-error.ts';
import type { AppState, DesktopNotice } from '../../src-shared/ipc/contract.ts';
import { type Watchable, Watched } from '../../src-shared/watchable.ts';
import type { Daemon } from '../daemon/daemon.ts';
import type { AgentsAtQuit } from './quitting.ts';

class NotRunningError extends CodedError<'not_running'> {}

export interface DaemonHostOptions {
  readonly version: string;
  readonly start: () => Promise<Daemon>;
  readonly notices: Watchable<readonly DesktopNotice[]>;
}

/** The daemon inside the app: starting, running, or why it could not start. */
export class DaemonHost {
  readonly #options: DaemonHostOptions;
  readonly #state: Watched<AppState>;
  #daemon: Daemon | null = null;
  #error: AppState['error'] = null;
  #starting: Promise<void> | null = null;
  #unsubscribe: (() => void)[] = [];

  constructor(options: DaemonHostOptions) {
    this.#options = options;
    this.#state = new Watched(this.#view());
  }

  get state(): Watchable<AppState> {
    return this.#state;
  }

  /** The daemon, once it runs. */
  get daemon(): Daemon | null {
    return this.#daemon;
  }

  /** Throws {@link NotRunningError}, for a person who asked for something that only the daemon can do. */
  running(): Daemon {
    if (this.#daemon !== null) return this.#daemon;
    throw new NotRunningError('not_running', this.#error?.message ?? 'Paseo is starting. Try again in a moment.');
  }

  /** Resolves when the daemon runs or has failed to; never rejects. */
  start(): Promise<void> {
    this.#starting ??= this.#start();
    return this.#starting;
  }

  /** Also ends a daemon that is only just starting. Idempotent. */
  async stop(agents: AgentsAtQuit): Promise<void> {
    await this.#starting;
    for (const unsubscribe of this.#unsubscribe.splice(0)) unsubscribe();
    await this.#daemon?.stop({ agents });
  }

  async #start(): Promise<void> {
    const publish = (): void => this.#state.set(this.#view());
    this.#unsubscribe.push(this.#options.notices.subscribe(publish));
    try {
      this.#daemon = await this.#options.start();
      this.#unsubscribe.push(this.#daemon.status.subscribe(publish));
    } catch (error) {
      this.#error =
        error instanceof CodedError
          ? { code: String(error.code), message: error.message }
          : {
              code: 'internal',
              message: `Paseo could not start: ${error instanceof Error ? error.message : String(error)}`,
            };
    }
    publish();
  }

  #view(): AppState {
    const { version, notices } = this.#options;
    return { version, daemon: this.#daemon?.status.get() ?? null, error: this.#error, notices: [...notices.get()] };
  }
}
