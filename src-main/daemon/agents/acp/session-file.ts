import type { Clock } from '../../../../src-shared/clock.ts';
import type { Logger } from '../../../platform/logger.ts';
import type { AgentFolder } from '../agent-folder.ts';
import type { SessionState } from './session-state.ts';

/** Agents tell their usage with every few words; what a killed daemon did not save is not known until the agent tells it again. */
const SAVE_DELAY_MS = 250;

/** Keeps what is known of an agent's session in its folder, for a daemon that attaches to the program later. */
export class SessionFile {
  readonly #folder: AgentFolder;
  readonly #state: SessionState;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #cancel: (() => void) | null = null;

  constructor(folder: AgentFolder, state: SessionState, clock: Clock, logger: Logger) {
    this.#folder = folder;
    this.#state = state;
    this.#clock = clock;
    this.#logger = logger;
  }

  /** The state changed: it is on disk soon. */
  changed(): void {
    this.#cancel ??= this.#clock.after(SAVE_DELAY_MS, () => {
      this.save().catch((error: unknown) =>
        this.#logger.error({ agent: this.#folder.id, err: error }, 'the state of a session could not be saved'),
      );
    });
  }

  async save(): Promise<void> {
    this.#cancel?.();
    this.#cancel = null;
    await this.#folder.write('session.json', this.#state.snapshot());
  }

  /** Writes what is left. */
  async close(): Promise<void> {
    if (this.#cancel !== null) await this.save();
  }
}
