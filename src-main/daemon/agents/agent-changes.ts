import type { Clock } from '../../../src-shared/clock.ts';
import type { AgentSummary } from '../../../src-shared/wire/agent.ts';

/** A timeline that only became longer is told at most this often. */
const CALM_CHANGE_MS = 500;

/** Tells listeners of agents that changed, each in its newest state. */
export class AgentChanges {
  readonly #clock: Clock;
  readonly #summary: (id: string) => AgentSummary | undefined;
  readonly #listeners = new Set<(agent: AgentSummary) => void>();
  /** Changes that wait for their turn, by agent: functions that cancel them. */
  readonly #calm = new Map<string, () => void>();
  #stopped = false;

  /** `summary` gives undefined for agents that nobody shall hear of. */
  constructor(clock: Clock, summary: (id: string) => AgentSummary | undefined) {
    this.#clock = clock;
    this.#summary = summary;
  }

  subscribe(listener: (agent: AgentSummary) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** `urgent` is false when only the length of the timeline changed. */
  changed(id: string, urgent: boolean): void {
    if (!urgent) return this.#later(id);
    this.#calm.get(id)?.();
    this.#calm.delete(id);
    const summary = this.#summary(id);
    if (summary === undefined) return;
    for (const listener of [...this.#listeners]) listener(summary);
  }

  stop(): void {
    this.#stopped = true;
    for (const cancel of this.#calm.values()) cancel();
    this.#calm.clear();
  }

  #later(id: string): void {
    if (this.#calm.has(id) || this.#stopped) return;
    this.#calm.set(
      id,
      this.#clock.after(CALM_CHANGE_MS, () => this.changed(id, true)),
    );
  }
}
