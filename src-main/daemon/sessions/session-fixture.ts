import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MessageConnection } from '../../../src-shared/channel/message-connection.ts';
import type { ClientHello, Device, SessionRole } from '../../../src-shared/devices.ts';
import { ManualClock } from '../../../src-shared/manual-clock.ts';
import type { DeviceRoutes } from '../../../src-shared/routes.ts';
import { Watched } from '../../../src-shared/watchable.ts';
import type { AgentSummary, FolderListing, ProviderSummary } from '../../../src-shared/wire/agent.ts';
import type { DaemonStatus, PairingState } from '../../../src-shared/wire/status.ts';
import type { Actor } from '../../../src-shared/wire/timeline.ts';
import { collectingLogger } from '../../platform/logger.ts';
import type { AgentService, CreateAgent } from '../agents/agent-service.ts';
import { TimelineLog } from '../timeline/timeline-log.ts';
import { CommandLedger } from './command-ledger.ts';
import { RequestRefused } from './request-outcome.ts';
import { SessionHub } from './session-hub.ts';

const AT = '2026-01-01T00:00:00.000Z';

/** For tests: agents whose programs are a few lines here, with the real timeline on disk. */
export class ScriptedAgents implements AgentService {
  readonly prompts: string[] = [];
  readonly answers: string[] = [];
  readonly creations: CreateAgent[] = [];
  readonly logs = new Map<string, TimelineLog>();
  readonly #folder: string;
  readonly #agents = new Map<string, AgentSummary>();
  readonly #listeners = new Set<(agent: AgentSummary) => void>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  list(): AgentSummary[] {
    return [...this.#agents.values()];
  }

  get(id: string): AgentSummary | undefined {
    return this.#agents.get(id);
  }

  onChange(listener: (agent: AgentSummary) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async create(request: CreateAgent): Promise<{ agentId: string }> {
    this.creations.push(request);
    const id = `agent${'abcdefgh'[this.#agents.size]}aaa`;
    const log = await TimelineLog.create(join(this.#folder, `${id}.jsonl`));
    this.logs.set(id, log);
    this.change({ ...SUMMARY, id, logId: log.logId, cwd: request.cwd });
    return { agentId: id };
  }

  async prompt(id: string, text: string, by: Actor): Promise<{ seq: number }> {
    const log = this.#log(id);
    this.prompts.push(text);
    const { seq } = log.append({ kind: 'user', text, by });
    await log.flush();
    void this.#turn(id, log, text);
    return { seq };
  }

  cancel(id: string): Promise<void> {
    this.#log(id);
    return Promise.resolve();
  }

  archive(id: string, archived: boolean): Promise<void> {
    this.#log(id);
    this.change({ ...this.#agents.get(id)!, archived });
    return Promise.resolve();
  }

  answerPermission(id: string, requestId: string, optionId: string | null): Promise<void> {
    this.#log(id);
    this.answers.push(`${requestId} ${optionId}`);
    return Promise.resolve();
  }

  providers(): Promise<ProviderSummary[]> {
    return Promise.resolve([]);
  }

  folders(path: string | null): Promise<FolderListing> {
    return Promise.resolve({ path: path ?? '/home', parent: null, folders: [], recent: [] });
  }

  timeline(id: string): TimelineLog | undefined {
    return this.logs.get(id);
  }

  change(agent: AgentSummary): void {
    this.#agents.set(agent.id, agent);
    for (const listener of [...this.#listeners]) listener(agent);
  }

  async close(): Promise<void> {
    for (const log of this.logs.values()) await log.close();
  }

  /** Streams an answer in pieces, with a tool call in between. */
  async #turn(id: string, log: TimelineLog, text: string): Promise<void> {
    this.change({ ...this.#agents.get(id)!, state: 'working' });
    for (const piece of ['Let ', 'me ', 'see ', text]) {
      log.extend('message', piece);
      await new Promise(setImmediate);
    }
    log.append({ kind: 'notice', level: 'info', text: `looked at ${text}` });
    for (const piece of ['Done ', 'with ', text]) {
      log.extend('message', piece);
      await new Promise(setImmediate);
    }
    log.append({ kind: 'turn-end', reason: 'end_turn', error: null });
    this.change({ ...this.#agents.get(id)!, state: 'finished', lastSeq: log.lastSeq });
  }

  #log(id: string): TimelineLog {
    const log = this.logs.get(id);
    if (log === undefined) throw new RequestRefused('not_found', 'There is no such agent.');
    return log;
  }
}

const SUMMARY: AgentSummary = {
  id: '',
  provider: 'scripted',
  providerLabel: 'Scripted',
  title: 'A test',
  cwd: '/tmp',
  state: 'ready',
  error: null,
  pending: [],
  createdAt: AT,
  updatedAt: AT,
  archived: false,
  logId: '',
  lastSeq: 0,
};

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
        daemon: { status: this.status, stopDaemon: () => note('stop') },
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
