import type { Watchable } from '../../../src-shared/watchable.ts';
import type { AgentDetail } from '../../../src-shared/wire/detail.ts';
import type { AgentRecord } from './agent-folder.ts';
import type { PromptQueue } from './prompt-queue.ts';
import type { ProviderEntry } from './providers/provider-entry.ts';
import type { SessionState } from './session-state.ts';

interface DetailSources {
  readonly record: () => AgentRecord;
  readonly state: SessionState;
  readonly queue: PromptQueue;
  readonly entry: () => ProviderEntry | null;
}

/** What followers of an agent see beside its timeline: made when somebody looks, for it changes with every few words. */
export class AgentDetailView implements Watchable<AgentDetail> {
  readonly #sources: DetailSources;
  readonly #listeners = new Set<(detail: AgentDetail) => void>();

  constructor(sources: DetailSources) {
    this.#sources = sources;
  }

  get(): AgentDetail {
    const { state, queue } = this.#sources;
    const { acpSessionId, cwd, needsLogin } = this.#sources.record();
    const entry = this.#sources.entry();
    const methods = state.authMethods.map(({ name, description }) => ({ name, description }));
    return {
      ...state.detail(),
      queue: [...queue.waiting],
      queuePaused: queue.paused,
      continueCommand: (acpSessionId !== null && entry?.continueCommand(acpSessionId, cwd)) || null,
      login: needsLogin ? { command: entry?.loginCommand ?? null, methods } : null,
    };
  }

  subscribe(listener: (detail: AgentDetail) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  changed(): void {
    if (this.#listeners.size === 0) return;
    const detail = this.get();
    for (const listener of [...this.#listeners]) listener(detail);
  }
}
