import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MessageConnection } from '../../../src-shared/channel/message-connection.ts';
import type { ClientHello, Device, SessionRole } from '../../../src-shared/devices.ts';
import { ManualClock } from '../../../src-shared/manual-clock.ts';
import type { DeviceRoutes } from '../../../src-shared/routes.ts';
import { Watched } from '../../../src-shared/watchable.ts';
import type { DaemonStatus, PairingState } from '../../../src-shared/wire/status.ts';
import { collectingLogger } from '../../platform/logger.ts';
import type { FileService } from '../agents/agent-files.ts';
import { CommandLedger } from './command-ledger.ts';
import { ScriptedAgents } from './scripted-agents.ts';
import { SessionHub } from './session-hub.ts';

const AT = '2026-01-01T00:00:00.000Z';

export const DEVICE: Device = {
  id: 'devicexx',
  name: 'Phone',
  platform: 'test',
  clientKind: 'phone',
  role: 'full',
  state: 'active',
  pairedAt: AT,
  lastSeenAt: null,
  connections: [],
};

export const ROUTES: DeviceRoutes = { version: 1, relays: [], direct: [] };

export function helloOf(instance: string): ClientHello {
  return {
    protocol: 1,
    clientKind: 'phone',
    clientInstance: instance,
    appVersion: '0.1.0',
    deviceName: 'Phone',
    platform: 'test',
    capabilities: [],
  };
}

/** For tests: a daemon's sessions with everything real but the agents' programs, in a temporary folder. */
export class SessionFixture {
  readonly logger = collectingLogger();
  readonly clock = new ManualClock();
  readonly devices = new Watched<Device[]>([DEVICE]);
  readonly pairing = new Watched<PairingState>({ offers: [], pending: [], outcomes: [] });
  readonly status = new Watched<DaemonStatus>(STATUS);
  readonly routes = new Watched<DeviceRoutes>(ROUTES);
  readonly calls: string[] = [];
  readonly agents: ScriptedAgents;
  readonly ledgerPath: string;
  readonly ledger: CommandLedger;
  readonly hub: SessionHub;
  readonly #folder: string;

  static async open(): Promise<SessionFixture> {
    const folder = await mkdtemp(join(tmpdir(), 'paseo-sessions-'));
    const ledgerPath = join(folder, 'commands.jsonl');
    return new SessionFixture(folder, ledgerPath, await CommandLedger.open(ledgerPath, { logger: collectingLogger() }));
  }

  private constructor(folder: string, ledgerPath: string, ledger: CommandLedger) {
    this.#folder = folder;
    this.ledgerPath = ledgerPath;
    this.ledger = ledger;
    this.agents = new ScriptedAgents(folder);
    const note = (call: string): void => void this.calls.push(call);
    this.hub = new SessionHub({
      services: {
        agents: this.agents,
        devices: {
          changes: this.devices,
          revoke: (id) => {
            note(`revoke ${id}`);
            return Promise.resolve();
          },
        },
        pairing: {
          state: this.pairing,
          offer: () => ({
            offerId: '0'.repeat(32),
            url: 'https://x/#offer=SECRET',
            expiresAt: AT,
            reach: 'network',
            advice: [],
          }),
          cancel: (id) => note(`cancel ${id}`),
          confirm: ({ accept }) => note(`confirm ${accept}`),
        },
        files: {
          upload: (part, owner) => {
            note(`upload ${part.name} of ${owner}`);
            return Promise.resolve({ received: part.offset, attachment: null });
          },
          read: (_, id, offset) => Promise.resolve(Buffer.from(`${id} from ${offset}`)),
          complete: (cwd, query) => Promise.resolve([{ path: `${cwd} ${query}`, kind: 'file' }]),
        } satisfies FileService,
        daemon: { status: this.status, stopDaemon: (agents) => note(`stop ${agents}`) },
      },
      ledger,
      daemonName: () => 'Test daemon',
      version: '0.1.0',
      routesFor: () => this.routes,
      logger: this.logger,
      clock: this.clock,
    });
  }

  accept(connection: MessageConnection, hello: ClientHello, role: SessionRole = 'full'): void {
    this.hub.accept({
      connection,
      role,
      device: role === 'owner' ? null : { id: DEVICE.id, name: DEVICE.name },
      hello,
    });
  }

  async close(): Promise<void> {
    const stopped = this.hub.stop();
    this.clock.advance(60_000);
    await stopped;
    await this.ledger.close();
    await this.agents.close();
    await rm(this.#folder, { recursive: true });
  }
}

const STATUS: DaemonStatus = {
  name: 'Test daemon',
  version: '0.1.0',
  pid: 1,
  home: '/home',
  startedAt: AT,
  listeners: [],
  relay: { endpoint: null, embedded: false, link: { state: 'off' } },
  warnings: [],
};
