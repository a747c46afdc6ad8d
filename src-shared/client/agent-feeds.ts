import { AgentFeed, type AskNow } from './agent-feed.ts';
import { AgentFollower } from './agent-follower.ts';
import type { AgentDetail } from '../wire/detail.ts';
import type { TimelineEvent } from './timeline-merge.ts';

/** The agents this client follows: one feed each, for as long as somebody looks. */
export class AgentFeeds {
  readonly #feeds = new Map<string, { feed: AgentFeed; followers: number }>();
  readonly #ask: AskNow;

  constructor(ask: AskNow) {
    this.#ask = ask;
  }

  follow(agentId: string): AgentFollower {
    const held = this.#feeds.get(agentId) ?? this.#open(agentId);
    held.followers++;
    return new AgentFollower(held.feed, () => {
      if (--held.followers > 0) return;
      this.#feeds.delete(agentId);
      held.feed.unsubscribe();
    });
  }

  connected(): void {
    for (const { feed } of this.#feeds.values()) feed.subscribe();
  }

  disconnected(): void {
    for (const { feed } of this.#feeds.values()) feed.disconnected();
  }

  receive(event: TimelineEvent): void {
    this.#feeds.get(event.agentId)?.feed.receive(event);
  }

  receiveDetail(agentId: string, detail: AgentDetail): void {
    this.#feeds.get(agentId)?.feed.receiveDetail(detail);
  }

  #open(agentId: string): { feed: AgentFeed; followers: number } {
    const held = { feed: new AgentFeed(agentId, this.#ask), followers: 0 };
    this.#feeds.set(agentId, held);
    held.feed.subscribe();
    return held;
  }
}
