import type { Clock } from '../../../src-shared/clock.ts';
import type { Watchable } from '../../../src-shared/watchable.ts';
import { AgentDetail } from '../../../src-shared/wire/detail.ts';
import { MAX_DETAIL_BYTES, USAGE_CHANGE_MS } from '../limits.ts';
import { jsonBytes } from '../timeline/entry-bounds.ts';
import type { AgentRecord } from './agent-folder.ts';
import type { PromptQueue } from './prompts/prompt-queue.ts';
import type { ProviderEntry } from './providers/provider-entry.ts';
import type { SessionState } from './acp/session-state.ts';

interface DetailSources {
  readonly record: () => AgentRecord;
  readonly state: SessionState;
  readonly queue: PromptQueue;
  readonly entry: () => ProviderEntry | null;
  readonly clock: Clock;
}

/** What followers of an agent see beside its timeline: made when somebody looks, for it changes with every few words. */
export class AgentDetailView implements Watchable<AgentDetail> {
  readonly #sources: DetailSources;
  readonly #listeners = new Set<(detail: AgentDetail) => void>();
  /** What the listeners know; null while there are none. */
  #told: Told | null = null;
  #cancelUsage: (() => void) | null = null;

  constructor(sources: DetailSources) {
    this.#sources = sources;
  }

  get(): AgentDetail {
    const { state, queue } = this.#sources;
    const { acpSessionId, cwd, needsLogin } = this.#sources.record();
    const entry = this.#sources.entry();
    const command = acpSessionId === null ? null : (entry?.continueCommand(acpSessionId, cwd) ?? null);
    const methods = state.authMethods.map(({ name, description }) => ({ name, description }));
    const detail: AgentDetail = {
      ...state.detail(),
      queue: queue.shown(),
      queuePaused: queue.paused,
      // A part of it would do something else.
      continueCommand: AgentDetail.shape.continueCommand.safeParse(command).data ?? null,
      login: needsLogin ? { command: entry?.loginCommand ?? null, methods } : null,
    };
    return jsonBytes(detail) <= MAX_DETAIL_BYTES ? detail : { ...detail, options: [], commands: [] };
  }

  subscribe(listener: (detail: AgentDetail) => void): () => void {
    this.#listeners.add(listener);
    this.#told ??= told(this.get());
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#forget();
    };
  }

  /** Listeners hear of it when something is different now; a little later, and together with what comes meanwhile, when only the usage is. */
  changed(): void {
    if (this.#listeners.size === 0) return;
    const detail = this.get();
    const { rest, usage } = told(detail);
    if (rest !== this.#told?.rest) this.#tell(detail);
    else if (usage !== this.#told.usage) {
      this.#cancelUsage ??= this.#sources.clock.after(USAGE_CHANGE_MS, () => this.#tell(this.get()));
    }
  }

  #tell(detail: AgentDetail): void {
    this.#forget();
    this.#told = told(detail);
    for (const listener of [...this.#listeners]) listener(detail);
  }

  #forget(): void {
    this.#cancelUsage?.();
    this.#cancelUsage = null;
    this.#told = null;
  }
}

/** As JSON. */
interface Told {
  readonly rest: string;
  readonly usage: string;
}

function told({ usage, ...rest }: AgentDetail): Told {
  return { rest: JSON.stringify(rest), usage: JSON.stringify(usage) };
}
