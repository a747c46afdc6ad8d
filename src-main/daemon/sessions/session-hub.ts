import type { MessageConnection } from '../../../src-shared/channel/message-connection.ts';
import { type Clock, systemClock } from '../../../src-shared/clock.ts';
import type { ClientHello } from '../../../src-shared/devices.ts';
import { LOCAL_HELLO_TIMEOUT_MS, SESSION_STOP_GRACE_MS } from '../limits.ts';
import type { DeviceRoutes } from '../../../src-shared/routes.ts';
import { type Watchable, Watched } from '../../../src-shared/watchable.ts';
import type { Logger } from '../../platform/logger.ts';
import type { FileService } from '../agents/agent-files.ts';
import { agentHandlers } from './agent-handlers.ts';
import type { CommandLedger } from './command-ledger.ts';
import { daemonHandlers } from './daemon-handlers.ts';
import { deviceHandlers } from './device-handlers.ts';
import { feedHandlers } from './feed-handlers.ts';
import { fileHandlers } from './file-handlers.ts';
import { parseIncoming } from './incoming.ts';
import { pairingHandlers } from './pairing-handlers.ts';
import { Router } from './router.ts';
import { Session, type SessionClient } from './session.ts';
import type { FeedServices } from './session-feeds.ts';
import { turnHandlers } from './turn-handlers.ts';

export interface SessionHubOptions {
  readonly services: FeedServices & { readonly files: FileService };
  readonly ledger: CommandLedger;
  readonly daemonName: () => string;
  readonly version: string;
  /** The routes of one device, with its own join tokens. */
  readonly routesFor: (deviceId: string) => Watchable<DeviceRoutes>;
  readonly logger: Logger;
  readonly clock?: Clock;
}

/** All live sessions, whatever way their clients came. */
export class SessionHub {
  readonly #options: SessionHubOptions;
  readonly #clock: Clock;
  readonly #router: Router;
  /** From the first byte of a connection, session or not yet, to its end. */
  readonly #live = new Map<MessageConnection, { session: Session | null; over: Promise<unknown> }>();
  readonly #count = new Watched(0);
  #stopped: Promise<void> | null = null;

  constructor(options: SessionHubOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    const { agents, files, devices, pairing, daemon } = options.services;
    const handlers = {
      ...feedHandlers(),
      ...agentHandlers(agents),
      ...turnHandlers(agents),
      ...fileHandlers(files),
      ...deviceHandlers(devices),
      ...pairingHandlers(pairing),
      ...daemonHandlers(daemon),
    };
    this.#router = new Router(handlers, options.ledger, options.logger);
  }

  /** Sessions that are being served. */
  get count(): Watchable<number> {
    return this.#count;
  }

  /** Serves a device whose handshake has finished. */
  accept(client: SessionClient): void {
    const { connection, device } = client;
    if (this.#stopped !== null) {
      void connection.close('going-away');
      return;
    }
    const { services, daemonName, version, routesFor, ledger, logger } = this.#options;
    const session = new Session({
      client,
      router: this.#router,
      services,
      daemonName: daemonName(),
      version,
      routes: device === null ? null : routesFor(device.id),
      lastCommand: ledger.lastCommand(device?.id ?? 'owner', client.hello.clientInstance),
      clock: this.#clock,
      logger,
    });
    const serve = async (): Promise<void> => {
      try {
        await session.run();
      } catch (error) {
        logger.error({ err: error }, 'a session could not be served');
        await connection.close('going-away');
      }
      this.#live.delete(connection);
      this.#count.set(this.#sessions().length);
    };
    const over = serve();
    this.#live.set(connection, { session, over });
    this.#count.set(this.#sessions().length);
  }

  /** Serves a connection that the operating system vouches for, once it has said hello. Its role is `owner`. */
  acceptLocal(connection: MessageConnection): void {
    if (this.#stopped !== null) {
      void connection.close('going-away');
      return;
    }
    const cancel = this.#clock.after(LOCAL_HELLO_TIMEOUT_MS, () => void connection.close('bad-message'));
    const over = connection.closed.then(() => {
      cancel();
      if (this.#live.get(connection)?.session === null) this.#live.delete(connection);
    });
    this.#live.set(connection, { session: null, over });
    connection.attach({
      message: (text) => {
        if (this.#live.get(connection)?.session !== null) return;
        cancel();
        const hello = readHello(text);
        if (hello === null) void connection.close('bad-message');
        else this.accept({ connection, role: 'owner', device: null, hello });
      },
    });
  }

  /** Lets requests under way end (for a moment), then ends every connection. Idempotent. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    let cancel: () => void = () => undefined;
    const late = new Promise<void>((resolve) => (cancel = this.#clock.after(SESSION_STOP_GRACE_MS, resolve)));
    await Promise.race([Promise.all(this.#sessions().map((session) => session.finish())), late]);
    cancel();
    const live = [...this.#live];
    await Promise.all(live.map(([connection]) => connection.close('going-away')));
    await Promise.all(live.map(([, { over }]) => over));
  }

  #sessions(): Session[] {
    return [...this.#live.values()].flatMap(({ session }) => session ?? []);
  }
}

function readHello(text: string): ClientHello | null {
  const incoming = parseIncoming(text);
  return incoming.ok && incoming.message.t === 'hello' ? incoming.message.hello : null;
}
