import type { Watchable } from '../watchable.ts';
import type { AgentDetail } from '../wire/detail.ts';
import type { TimelineEntry } from '../wire/timeline.ts';
import type { AgentFeed } from './agent-feed.ts';

export interface AgentView {
  /**
   * loading: nothing came yet; live: up to date as far as known; stale: no connection, this is what was known; gone: the
   * daemon has no such agent.
   */
  readonly status: 'loading' | 'live' | 'stale' | 'gone';
  readonly logId: string | null;
  /** Oldest first, sequence numbers without gaps. */
  readonly entries: readonly TimelineEntry[];
  /** Nothing is older than the first entry. */
  readonly atStart: boolean;
}

/** Follows one agent's timeline; made by `DaemonClient.follow`. */
export class AgentFollower {
  readonly #feed: AgentFeed;
  readonly #released: () => void;
  #stopped = false;

  constructor(feed: AgentFeed, released: () => void) {
    this.#feed = feed;
    this.#released = released;
  }

  get view(): Watchable<AgentView> {
    return this.#feed.view;
  }

  /** Options, commands, queue and the like; null until the daemon said them. They stay when the connection is lost. */
  get detail(): Watchable<AgentDetail | null> {
    return this.#feed.detail;
  }

  /** One page of older entries. Rejects with `RequestError`. */
  loadOlder(): Promise<void> {
    return this.#feed.loadOlder();
  }

  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#released();
  }
}
