import {
  type CloseReason,
  type MessageConnection,
  MessageTooLargeError,
} from '../../../src-shared/channel/message-connection.ts';
import type { Clock } from '../../../src-shared/clock.ts';
import type { ClientHello, SessionRole } from '../../../src-shared/devices.ts';
import { MAX_REQUESTS_IN_FLIGHT, SESSION_BUFFER_LIMIT_BYTES } from '../limits.ts';
import type { DeviceRoutes } from '../../../src-shared/routes.ts';
import type { Watchable } from '../../../src-shared/watchable.ts';
import type { ClientMessage, CommandId, DaemonMessage } from '../../../src-shared/wire/messages.ts';
import type { Logger } from '../../platform/logger.ts';
import type { Caller } from './handlers.ts';
import { parseIncoming } from './incoming.ts';
import { type Outcome, refusal } from './request-outcome.ts';
import type { Router } from './router.ts';
import { SessionFeed } from './session-feed.ts';
import { type FeedServices, SessionFeeds } from './session-feeds.ts';
import { StateSource } from './topic-sources.ts';

/** A client at the far end of a connection that is allowed in. `device` is null for the owner of the machine. */
export interface SessionClient {
  readonly connection: MessageConnection;
  readonly role: SessionRole;
  readonly device: { readonly id: string; readonly name: string } | null;
  readonly hello: ClientHello;
}

export interface SessionOptions {
  readonly client: SessionClient;
  readonly router: Router;
  readonly services: FeedServices;
  readonly daemonName: string;
  readonly version: string;
  /** Of this device; null for the owner. */
  readonly routes: Watchable<DeviceRoutes> | null;
  readonly lastCommand: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The wire protocol with one client, over one connection; it ends with it. */
export class Session {
  readonly #options: SessionOptions;
  readonly #connection: MessageConnection;
  readonly #feed: SessionFeed;
  readonly #feeds: SessionFeeds;
  readonly #underWay = new Set<Promise<void>>();
  #routes: StateSource<DeviceRoutes> | null = null;
  #stopping = false;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#connection = options.client.connection;
    this.#feed = new SessionFeed(() => this.#connection.bufferedAmount(), options.clock, options.logger);
    this.#feeds = new SessionFeeds(options.services, this.#feed, (event, lane) =>
      this.#send({ t: 'event', event }, lane),
    );
  }

  /** Welcomes the client and serves it; resolves when the connection is over. */
  async run(): Promise<CloseReason> {
    this.#welcome();
    this.#connection.attach({ message: (text) => this.#receive(text) });
    const reason = await this.#connection.closed;
    this.#routes?.stop();
    this.#feeds.stop();
    this.#feed.stop();
    return reason;
  }

  /** Takes no more requests; resolves when those under way are answered. Whoever calls this closes the connection then. */
  async finish(): Promise<void> {
    this.#stopping = true;
    await Promise.all(this.#underWay);
  }

  #welcome(): void {
    const { client, routes, daemonName, version, lastCommand } = this.#options;
    const { role, device } = client;
    this.#send({
      t: 'welcome',
      protocol: 1,
      daemonName,
      daemonVersion: version,
      role,
      deviceId: device?.id ?? null,
      routes: routes?.get() ?? null,
      lastCommand,
    });
    if (routes === null) return;
    let told = routes.get().version;
    this.#routes = new StateSource(routes, this.#feed, (current) => {
      if (current.version > told) this.#send({ t: 'event', event: { topic: 'routes', routes: current } }, 'routes');
      told = current.version;
    });
    this.#routes.start();
  }

  #receive(text: string): void {
    if (this.#stopping) return;
    const incoming = parseIncoming(text);
    if (incoming.ok) return this.#handle(incoming.message);
    if (incoming.id === null) return this.#reject('a message that cannot be read');
    this.#answer(incoming.id, refusal('bad_request', 'The daemon does not understand this request.'));
  }

  #handle(message: ClientMessage): void {
    switch (message.t) {
      case 'hello':
        return this.#reject('a second hello');
      case 'paired-ack':
        // Repeated by a client that could not know whether the first one arrived.
        return;
      case 'query': {
        const { id, method, params } = message;
        return this.#track(id, (caller) => this.#options.router.query(method, params, caller));
      }
      case 'command': {
        const { id, method, params } = message;
        if (id.instance !== this.#options.client.hello.clientInstance)
          return this.#answer(id, refusal('bad_request', 'A command must carry the instance of its own connection.'));
        return this.#track(id, (caller) => this.#options.router.command(id, method, params, caller));
      }
    }
  }

  #track(id: number | CommandId, run: (caller: Caller) => Promise<Outcome>): void {
    if (this.#underWay.size >= MAX_REQUESTS_IN_FLIGHT)
      return this.#answer(id, refusal('too_many', 'Too many requests are under way. Wait for some answers first.'));
    const after: (() => void)[] = [];
    let lane: string | undefined;
    const request = run({
      ...this.#caller(),
      answerIn: (name) => (lane = name),
      afterAnswer: (then) => after.push(then),
    }).then((outcome) => {
      this.#underWay.delete(request);
      this.#answer(id, outcome, lane);
      for (const then of after) then();
    });
    this.#underWay.add(request);
  }

  #caller(): Pick<Caller, 'role' | 'deviceId' | 'actor' | 'feeds'> {
    const { role, device, hello } = this.#options.client;
    const local = hello.clientKind === 'desktop' ? 'This computer' : hello.deviceName;
    return {
      role,
      deviceId: device?.id ?? null,
      actor: { deviceId: device?.id ?? null, name: device?.name ?? local },
      feeds: this.#feeds,
    };
  }

  #answer(id: number | CommandId, outcome: Outcome, lane?: string): void {
    if (!outcome.ok) return this.#send({ t: 'error', id, error: outcome.error }, lane);
    try {
      this.#send({ t: 'result', id, result: outcome.result }, lane);
    } catch (error) {
      if (!(error instanceof MessageTooLargeError)) throw error;
      this.#answer(id, refusal('too_large', 'The answer is too large to send. Ask for less.'), lane);
    }
  }

  #send(message: DaemonMessage, lane?: string): void {
    if (this.#connection.signal.aborted) return;
    this.#connection.send(JSON.stringify(message), lane);
    if (this.#connection.bufferedAmount() <= SESSION_BUFFER_LIMIT_BYTES) return;
    this.#options.logger.warn({}, 'a client does not read what it asked for; its connection was closed');
    void this.#connection.close('too-slow');
  }

  #reject(why: string): void {
    this.#options.logger.warn({ why }, 'a client broke the protocol; its connection was closed');
    void this.#connection.close('bad-message');
  }
}
