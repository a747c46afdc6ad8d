import type { ConnectionPath } from '../../../src-shared/channel/message-connection.ts';
import { DaemonClient, type DaemonClientOptions } from '../../../src-shared/client/daemon-client.ts';
import { memoryOutboxStore } from '../../../src-shared/client/outbox-store.ts';
import { ManualClock } from '../../../src-shared/manual-clock.ts';
import { MemoryLink } from './memory-connection.ts';
import { helloOf, type SessionFixture } from './session-fixture.ts';
import { INSTANCE } from './session-peer.ts';

/** For tests: the real client, connected to the real sessions of a fixture. */
export class ClientFixture {
  readonly clock = new ManualClock();
  readonly links: MemoryLink[] = [];
  readonly client: DaemonClient;
  /** What the next attempts to connect fail with, instead of connecting. */
  readonly failures: Error[] = [];
  /** The daemon that new connections reach. */
  daemon: SessionFixture;

  constructor(daemon: SessionFixture, changes: Partial<DaemonClientOptions> = {}, path: ConnectionPath = 'direct') {
    this.daemon = daemon;
    const { clientInstance: _, ...hello } = helloOf(INSTANCE);
    this.client = new DaemonClient({
      connect: (__, fullHello) => {
        const failure = this.failures.shift();
        if (failure !== undefined) return Promise.reject(failure);
        const link = new MemoryLink(path);
        this.links.push(link);
        if (path === 'local') this.daemon.hub.acceptLocal(link.daemon);
        else this.daemon.accept(link.daemon, fullHello);
        return Promise.resolve(link.client);
      },
      hello,
      localHello: path === 'local',
      outbox: memoryOutboxStore(INSTANCE),
      topics: ['agents'],
      clock: this.clock,
      random: () => 0.5,
      now: () => this.clock.now(),
      ...changes,
    });
  }

  get link(): MemoryLink {
    return this.links.at(-1)!;
  }

  async connected(): Promise<void> {
    this.client.start();
    await until(() => this.client.state.get().state === 'connected');
  }

  /** Waits until the state is this one. */
  async state(state: string): Promise<void> {
    await until(() => this.client.state.get().state === state);
  }
}

export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise(setImmediate);
}
