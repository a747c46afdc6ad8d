import type { Watchable } from '../../../src-shared/watchable.ts';
import type { AgentSummary } from '../../../src-shared/wire/agent.ts';
import type { DaemonEvent } from '../../../src-shared/wire/messages.ts';
import type { AgentService } from '../agents/agent-service.ts';
import type { FeedSource, SessionFeed } from './session-feed.ts';

/** A topic that a session watches; it starts with its whole state. */
export interface TopicSource extends FeedSource {
  start(): void;
  stop(): void;
}

/** A topic whose event is always its whole state: changes that come faster than the peer reads are skipped. */
export class StateSource<T> implements TopicSource {
  readonly #state: Watchable<T>;
  readonly #feed: SessionFeed;
  readonly #send: (value: T) => void;
  #unsubscribe: (() => void) | null = null;

  constructor(state: Watchable<T>, feed: SessionFeed, send: (value: T) => void) {
    this.#state = state;
    this.#feed = feed;
    this.#send = send;
  }

  start(): void {
    this.#unsubscribe = this.#state.subscribe(() => this.#feed.wake(this));
    this.#feed.wake(this);
  }

  stop(): void {
    this.#unsubscribe?.();
    this.#feed.remove(this);
  }

  step(): boolean {
    this.#send(this.#state.get());
    return false;
  }
}

/** All agents once, then each agent that changed, in its newest state. */
export class AgentsSource implements TopicSource {
  readonly #agents: AgentService;
  readonly #feed: SessionFeed;
  readonly #send: (event: DaemonEvent) => void;
  readonly #changed = new Map<string, AgentSummary>();
  #unsubscribe: (() => void) | null = null;
  #first = true;

  constructor(agents: AgentService, feed: SessionFeed, send: (event: DaemonEvent) => void) {
    this.#agents = agents;
    this.#feed = feed;
    this.#send = send;
  }

  start(): void {
    this.#unsubscribe = this.#agents.onChange((agent) => {
      this.#changed.set(agent.id, agent);
      this.#feed.wake(this);
    });
    this.#feed.wake(this);
  }

  stop(): void {
    this.#unsubscribe?.();
    this.#feed.remove(this);
  }

  step(): boolean {
    if (this.#first) {
      this.#first = false;
      this.#changed.clear();
      this.#send({ topic: 'agents', agents: this.#agents.list().filter(({ archived }) => !archived) });
      return false;
    }
    for (const [id, agent] of this.#changed) {
      this.#changed.delete(id);
      this.#send({ topic: 'agent', agent });
      return this.#changed.size > 0;
    }
    return false;
  }
}
