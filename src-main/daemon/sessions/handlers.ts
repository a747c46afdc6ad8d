import type { SessionRole } from '../../../src-shared/devices.ts';
import type { Method, Params, Result } from '../../../src-shared/wire/requests.ts';
import type { Actor, Cursor } from '../../../src-shared/wire/timeline.ts';
import type { Topic } from '../../../src-shared/wire/requests.ts';

/** Who asks, and the handles to the session it asks through. */
export interface Caller {
  readonly role: SessionRole;
  /** null on local connections. */
  readonly deviceId: string | null;
  readonly actor: Actor;
  readonly feeds: CallerFeeds;
  /** The answer must not be overtaken by what was sent in this lane before, nor overtake it. */
  answerIn(lane: string): void;
  /** Runs once the answer is on its way. */
  afterAnswer(run: () => void): void;
}

/** What a session sends by itself. */
export interface CallerFeeds {
  /** Replaces the watched topics; each new one starts with its whole state. */
  watch(topics: readonly Topic[]): void;
  /**
   * Moves the cursor when the agent is followed already. Events start with `start()`, in `lane`. Throws `RequestRefused`
   * `not_found` or `too_many`.
   */
  follow(agentId: string, cursor: Cursor | null): { readonly lane: string; start(): void };
  unfollow(agentId: string): void;
}

/** One handler per request, typed from its declaration: one that is missing does not compile. */
export type Handlers<M extends Method = Method> = {
  readonly [K in M]: (params: Params<K>, caller: Caller) => Result<K> | Promise<Result<K>>;
};
