import type { Actor, EntryBody } from '../../../../src-shared/wire/timeline.ts';
import type { TimelineLog } from '../../timeline/timeline-log.ts';
import { AgentError } from '../agent-error.ts';

/** Answered requests that are remembered, to tell a late answer from a wrong one. */
const MAX_ANSWERED = 1024;

interface DeskOptions<Answer> {
  readonly timeline: Pick<TimelineLog, 'append' | 'flush'>;
  readonly onChange: () => void;
  /** Requests that wait at once; more are answered with `nobody`. */
  readonly limit: number;
  /** What the agent gets when no person can answer. */
  readonly nobody: Answer;
  /** The entry that tells of an answer; `by` null: nobody answered. */
  readonly told: (id: string, answer: Answer, by: Actor | null) => EntryBody;
  /** For who answers too late, or what was never asked. */
  readonly words: { readonly answered: string; readonly unknown: string };
}

interface Open<Shown, Answer> {
  readonly shown: Shown;
  /** null while the agent has not asked again after the daemon was started anew. */
  readonly resolve: ((answer: Answer) => void) | null;
}

/** Requests of one agent to a person. Each is settled once: by the first answer, or by nobody when nobody can answer. */
export class RequestDesk<Shown, Answer> {
  readonly #options: DeskOptions<Answer>;
  readonly #open = new Map<string, Open<Shown, Answer>>();
  readonly #answered = new Map<string, Answer>();

  constructor(options: DeskOptions<Answer>) {
    this.#options = options;
  }

  get open(): Shown[] {
    return [...this.#open.values()].map(({ shown }) => shown);
  }

  /** Whether it was shown: it is open or answered. */
  knows(id: string): boolean {
    return this.#open.has(id) || this.#answered.has(id);
  }

  /**
   * Shows the request and waits for its answer. One that is open or answered under this id already is taken for the same one.
   * `signal`: the agent does not wait any more.
   */
  async ask(id: string, show: () => Shown, signal: AbortSignal): Promise<Answer> {
    const { timeline, onChange, limit, nobody } = this.#options;
    const given = this.#answered.get(id);
    if (given !== undefined) return given;
    const restored = this.#open.get(id);
    if (signal.aborted || (restored === undefined && this.#open.size >= limit)) return nobody;
    const shown = restored?.shown ?? show();
    const answer = new Promise<Answer>((resolve) => this.#open.set(id, { shown, resolve }));
    const withdraw = () => this.close(id, nobody);
    signal.addEventListener('abort', withdraw, { once: true });
    // A failure is retried and reported by the timeline itself.
    timeline.flush().catch(() => {});
    onChange();
    try {
      return await answer;
    } finally {
      signal.removeEventListener('abort', withdraw);
    }
  }

  /** Resolves when the answer is durable and the agent has it. `choose` makes it of what was shown. Throws {@link AgentError}. */
  async answer(id: string, choose: (shown: Shown) => Answer, by: Actor): Promise<void> {
    const { timeline, nobody, words } = this.#options;
    const open = this.#open.get(id);
    if (open === undefined) {
      throw this.#answered.has(id)
        ? new AgentError('already_answered', words.answered)
        : new AgentError('not_found', words.unknown);
    }
    const answer = choose(open.shown);
    const resolve = this.#settle(id, answer, by);
    try {
      await timeline.flush();
    } catch (error) {
      // What could not be recorded must not happen. Its entry may still be written, so a later one says what became of it.
      this.#revoke(id);
      resolve?.(nobody);
      throw new AgentError('not_saved', 'The answer could not be saved. Free some disk space and try again.', {
        cause: error,
      });
    }
    resolve?.(answer);
  }

  /** Settles a request without a person. */
  close(id: string, answer: Answer): void {
    this.#settle(id, answer, null)?.(answer);
  }

  /** The turn is over or the agent gone. */
  cancelAll(): void {
    for (const id of [...this.#open.keys()]) this.close(id, this.#options.nobody);
  }

  /** A request that an earlier run of the daemon left open: it waits for the agent to ask again. */
  reopen(id: string, shown: Shown): void {
    this.#open.set(id, { shown, resolve: null });
  }

  /** An answer that an earlier run of the daemon wrote: it can be given again. */
  remember(id: string, answer: Answer): void {
    this.#open.delete(id);
    this.#answered.set(id, answer);
    const [oldest] = this.#answered;
    if (this.#answered.size > MAX_ANSWERED && oldest !== undefined) this.#answered.delete(oldest[0]);
  }

  /** Requests of an earlier run that the agent has not asked again: nobody can answer them any more. */
  closeRestored(): void {
    for (const [id, { resolve }] of [...this.#open]) {
      if (resolve === null) this.close(id, this.#options.nobody);
    }
  }

  #revoke(id: string): void {
    const { timeline, told, nobody } = this.#options;
    this.remember(id, nobody);
    try {
      timeline.append(told(id, nobody, null));
      timeline.append({ kind: 'notice', level: 'error', text: 'The answer could not be saved and was not given.' });
    } catch {
      // The disk takes nothing at all any more.
    }
  }

  #settle(id: string, answer: Answer, by: Actor | null): Open<Shown, Answer>['resolve'] {
    const { timeline, onChange, told } = this.#options;
    const open = this.#open.get(id);
    if (open === undefined) return null;
    this.remember(id, answer);
    timeline.append(told(id, answer, by));
    onChange();
    return open.resolve;
  }
}
