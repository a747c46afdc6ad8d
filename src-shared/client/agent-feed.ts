import { MAX_FOLLOWED_ENTRIES, MAX_PAGE_ENTRIES } from '../limits.ts';
import { type Watchable, Watched } from '../watchable.ts';
import type { AgentDetail } from '../wire/detail.ts';
import type { AgentView } from './agent-follower.ts';
import { type Ask, badAnswer, typedAsk } from './client-link.ts';
import { RequestError } from './request-error.ts';
import {
  cursorOf,
  mergeTimeline,
  prependPage,
  reachesStart,
  type TimelineEvent,
  type TimelinePart,
} from './timeline-merge.ts';

/** Asks the daemon over the connection of the moment; false when there is none. */
export type AskNow = (ask: Ask) => boolean;

/** One agent's timeline in this client, shared by all its followers: the daemon keeps one cursor per agent and connection. */
export class AgentFeed {
  readonly agentId: string;
  readonly #ask: AskNow;
  readonly #view = new Watched<AgentView>({ status: 'loading', logId: null, entries: [], atStart: false });
  readonly #detail = new Watched<AgentDetail | null>(null);
  #part: TimelinePart = { logId: null, entries: [] };
  #limit = MAX_FOLLOWED_ENTRIES;
  /** Events before the answer to the newest subscribe belong to an older cursor. */
  #listening = false;
  #subscriptions = 0;
  #older: Promise<void> | null = null;

  constructor(agentId: string, ask: AskNow) {
    this.agentId = agentId;
    this.#ask = ask;
  }

  get view(): Watchable<AgentView> {
    return this.#view;
  }

  get detail(): Watchable<AgentDetail | null> {
    return this.#detail;
  }

  /** A connection is up, or events went missing: continues from what is held. */
  subscribe(): void {
    this.#listening = false;
    const subscription = ++this.#subscriptions;
    const params = { agentId: this.agentId, cursor: cursorOf(this.#part) };
    this.#ask(
      typedAsk('agent.subscribe', params, {
        answered: () => {
          if (subscription === this.#subscriptions) this.#listening = true;
        },
        failed: (error) => {
          if (subscription === this.#subscriptions) this.#announce(error.code === 'not_found' ? 'gone' : this.#held());
        },
      }),
    );
  }

  /** The connection is gone. */
  disconnected(): void {
    this.#listening = false;
    if (this.#view.get().status !== 'gone') this.#announce(this.#held());
  }

  unsubscribe(): void {
    this.#listening = false;
    this.#subscriptions++;
    this.#ask(typedAsk('agent.unsubscribe', { agentId: this.agentId }, { answered: ignore, failed: ignore }));
  }

  receive(event: TimelineEvent): void {
    if (!this.#listening) return;
    const merged = mergeTimeline(this.#part, event);
    if (merged === null) {
      this.#part = { logId: null, entries: [] };
      this.subscribe();
      return;
    }
    const surplus = merged.entries.length - this.#limit;
    this.#part = surplus > 0 ? { ...merged, entries: merged.entries.slice(surplus) } : merged;
    this.#announce('live');
  }

  receiveDetail(detail: AgentDetail): void {
    this.#detail.set(detail);
  }

  /** One page of older entries; callers at the same time share it. Rejects with {@link RequestError}. */
  loadOlder(): Promise<void> {
    this.#older ??= this.#loadOlder().finally(() => (this.#older = null));
    return this.#older;
  }

  async #loadOlder(): Promise<void> {
    const { logId, entries } = this.#part;
    const first = entries[0];
    if (logId === null || first === undefined || first.seq === 1) return;
    const params = { agentId: this.agentId, logId, before: first.seq, limit: MAX_PAGE_ENTRIES };
    const page = await new Promise<TimelinePart>((resolve, reject) => {
      const ask = typedAsk('agent.page', params, {
        answered: (result) => resolve(result as TimelinePart),
        failed: reject,
      });
      if (!this.#ask(ask)) reject(new RequestError('not_connected', 'There is no connection to the daemon now.'));
    });
    // Reset while the page travelled: it belongs in front of something that is gone.
    if (this.#part.logId !== logId || page.logId !== logId || this.#part.entries[0]?.seq !== first.seq) return;
    const whole = page.entries.length === 0 ? null : prependPage(this.#part, page.entries);
    if (whole === null) throw badAnswer();
    this.#part = whole;
    this.#limit = Math.max(this.#limit, whole.entries.length + MAX_PAGE_ENTRIES);
    this.#announce(this.#view.get().status);
  }

  #held(): AgentView['status'] {
    return this.#part.logId === null ? 'loading' : 'stale';
  }

  #announce(status: AgentView['status']): void {
    const { logId, entries } = this.#part;
    this.#view.set({ status, logId, entries, atStart: reachesStart(this.#part) });
  }
}

function ignore(): void {}
