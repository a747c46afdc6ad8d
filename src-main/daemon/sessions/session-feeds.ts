import { MAX_SUBSCRIPTIONS } from '../limits.ts';
import type { DaemonEvent } from '../../../src-shared/wire/messages.ts';
import type { Topic } from '../../../src-shared/wire/requests.ts';
import type { Cursor } from '../../../src-shared/wire/timeline.ts';
import type { AgentService } from '../agents/agent-service.ts';
import { noSuchAgent } from './agent-handlers.ts';
import type { CallerFeeds } from './handlers.ts';
import type { DaemonService } from './daemon-handlers.ts';
import type { DeviceService } from './device-handlers.ts';
import type { PairingService } from './pairing-handlers.ts';
import { RequestRefused } from './request-outcome.ts';
import type { SessionFeed } from './session-feed.ts';
import { TimelineFollower } from './timeline-follower.ts';
import { AgentsSource, StateSource, type TopicSource } from './topic-sources.ts';

export interface FeedServices {
  readonly agents: AgentService;
  readonly devices: DeviceService;
  readonly pairing: PairingService;
  readonly daemon: DaemonService;
}

interface Followed {
  readonly follower: TimelineFollower;
  /** undefined for an agent that ceased to be readable. */
  readonly detail: TopicSource | undefined;
}

/** What one session watches and follows. Events of one topic or agent share a lane, so they arrive in order. */
export class SessionFeeds implements CallerFeeds {
  readonly #services: FeedServices;
  readonly #feed: SessionFeed;
  readonly #send: (event: DaemonEvent, lane: string) => void;
  readonly #topics = new Map<Topic, TopicSource>();
  readonly #followers = new Map<string, Followed>();
  #stopped = false;

  constructor(services: FeedServices, feed: SessionFeed, send: (event: DaemonEvent, lane: string) => void) {
    this.#services = services;
    this.#feed = feed;
    this.#send = send;
  }

  watch(topics: readonly Topic[]): void {
    for (const source of this.#topics.values()) source.stop();
    this.#topics.clear();
    // An answer that was under way when the connection ended.
    if (this.#stopped) return;
    for (const topic of new Set(topics)) {
      const source = this.#source(topic);
      this.#topics.set(topic, source);
      source.start();
    }
  }

  follow(agentId: string, cursor: Cursor | null): { lane: string; start(): void } {
    const timeline = this.#services.agents.timeline(agentId);
    if (timeline === undefined) throw noSuchAgent();
    if (!this.#followers.has(agentId) && this.#followers.size >= MAX_SUBSCRIPTIONS)
      throw new RequestRefused('too_many', `One connection can follow ${MAX_SUBSCRIPTIONS} agents. Close some views.`);
    this.unfollow(agentId);
    const lane = `agent ${agentId}`;
    const send = (event: DaemonEvent): void => this.#send(event, lane);
    const follower = new TimelineFollower({ agentId, timeline, cursor, feed: this.#feed, send });
    const details = this.#services.agents.detail(agentId);
    const detail =
      details && new StateSource(details, this.#feed, (now) => send({ topic: 'detail', agentId, detail: now }));
    this.#followers.set(agentId, { follower, detail });
    const start = (): void => {
      // Moved or given up before its answer was on its way.
      if (this.#followers.get(agentId)?.follower !== follower) return;
      follower.start();
      detail?.start();
    };
    return { lane, start };
  }

  unfollow(agentId: string): void {
    this.#followers.get(agentId)?.follower.stop();
    this.#followers.get(agentId)?.detail?.stop();
    this.#followers.delete(agentId);
  }

  stop(): void {
    this.#stopped = true;
    for (const source of this.#topics.values()) source.stop();
    for (const agentId of [...this.#followers.keys()]) this.unfollow(agentId);
    this.#topics.clear();
  }

  #source(topic: Topic): TopicSource {
    const { agents, devices, daemon, pairing } = this.#services;
    const send = (event: DaemonEvent): void => this.#send(event, topic);
    switch (topic) {
      case 'agents':
        return new AgentsSource(agents, this.#feed, send);
      case 'devices':
        return new StateSource(devices.changes, this.#feed, (list) => send({ topic, devices: list }));
      case 'daemon':
        return new StateSource(daemon.status, this.#feed, (status) => send({ topic, status }));
      case 'pairing':
        return new StateSource(pairing.state, this.#feed, (state) => send({ topic, pairing: state }));
    }
  }
}
