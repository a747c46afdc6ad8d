import { FEED_SLICE_BYTES } from '../limits.ts';
import type { DaemonEvent } from '../../../src-shared/wire/messages.ts';
import type { Cursor } from '../../../src-shared/wire/timeline.ts';
import type { Timeline } from '../timeline/timeline.ts';
import type { FeedSource, SessionFeed } from './session-feed.ts';

export interface FollowerOptions {
  readonly agentId: string;
  readonly timeline: Timeline;
  readonly cursor: Cursor | null;
  readonly feed: SessionFeed;
  readonly send: (event: DaemonEvent) => void;
}

/** One session's place in one timeline. What grew while the peer was slow goes out as one event. */
export class TimelineFollower implements FeedSource {
  readonly #options: FollowerOptions;
  #cursor: Cursor | null;
  #unsubscribe: (() => void) | null = null;
  #first = true;
  #stopped = false;

  constructor(options: FollowerOptions) {
    this.#options = options;
    this.#cursor = options.cursor;
  }

  start(): void {
    if (this.#stopped || this.#unsubscribe !== null) return;
    this.#unsubscribe = this.#options.timeline.onChange(() => this.#options.feed.wake(this));
    this.#options.feed.wake(this);
  }

  stop(): void {
    this.#stopped = true;
    this.#unsubscribe?.();
    this.#options.feed.remove(this);
  }

  async step(): Promise<boolean> {
    if (this.#stopped) return false;
    const { agentId, timeline, send } = this.#options;
    const { reset, grow, entries, cursor, more } = await timeline.read(this.#cursor, FEED_SLICE_BYTES);
    if (this.#stopped) return false;
    this.#cursor = cursor;
    // The first event is sent even when it is empty: it says "you are up to date".
    if (this.#first || reset || grow !== null || entries.length > 0)
      send({ topic: 'timeline', agentId, logId: cursor.logId, reset, grow, entries });
    this.#first = false;
    return more;
  }
}
