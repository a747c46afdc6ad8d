import type { Clock } from '../../../src-shared/clock.ts';
import { systemClock } from '../../../src-shared/clock.ts';
import type { ProviderConfig } from '../../../src-shared/config/schema.ts';
import { MAX_AGENTS, MAX_RECENT_FOLDERS, MAX_RUNNING_AGENTS } from '../limits.ts';
import type { AgentSummary, FolderListing, ProviderSummary } from '../../../src-shared/wire/agent.ts';
import type { Actor } from '../../../src-shared/wire/timeline.ts';
import type { Logger } from '../../platform/logger.ts';
import { randomId } from '../timeline/random-id.ts';
import type { Timeline } from '../timeline/timeline.ts';
import { TimelineLog } from '../timeline/timeline-log.ts';
import { Agent } from './agent.ts';
import type { AgentServices } from './agent.ts';
import { AgentError, notSaved } from './agent-error.ts';
import { AgentFolder, agentFolders } from './agent-folder.ts';
import type { AgentRecord } from './agent-folder.ts';
import type { AgentService, CreateAgent } from './agent-service.ts';
import { folderTitle, titleOf } from './agent-title.ts';
import { damagedSummary } from './damaged-agent.ts';
import { listFolders, workingFolder } from './folder-listing.ts';
import { ProviderDirectory } from './provider-directory.ts';

/** A timeline that only became longer is told at most this often. */
const CALM_CHANGE_MS = 500;
/** Agents looked at together while the daemon starts. */
const LOAD_AT_ONCE = 8;

interface AgentSupervisorOptions {
  /** An existing folder of ours, `$PASEO_HOME/agents`. */
  readonly folder: string;
  /** `agents.providers` of the configuration in force. */
  readonly providers: () => Readonly<Record<string, ProviderConfig>>;
  /** The daemon's environment; agents get an allow-list of it. */
  readonly environment: NodeJS.ProcessEnv;
  /** Where folder listings begin. */
  readonly userHome: string;
  readonly appVersion: string;
  readonly logger: Logger;
  readonly clock?: Clock;
  readonly date?: () => Date;
}

/** All agents of this daemon. */
export class AgentSupervisor implements AgentService {
  readonly #options: Required<AgentSupervisorOptions>;
  readonly #directory: ProviderDirectory;
  readonly #agents = new Map<string, Agent>();
  readonly #damaged = new Map<string, AgentSummary>();
  readonly #listeners = new Set<(agent: AgentSummary) => void>();
  /** Changes that wait for their turn, by agent: functions that cancel them. */
  readonly #calm = new Map<string, () => void>();
  #room: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(options: AgentSupervisorOptions) {
    this.#options = { clock: systemClock, date: () => new Date(), ...options };
    this.#directory = new ProviderDirectory(options.providers, options.environment);
  }

  /** Lists what is on disk and closes what a daemon that was killed left open. Agents that cannot be read are listed as failed. */
  async start(): Promise<void> {
    const folders = await agentFolders(this.#options.folder);
    const next = folders.values();
    const worker = async () => {
      for (const folder of next) await this.#load(folder);
    };
    await Promise.all(Array.from({ length: LOAD_AT_ONCE }, worker));
  }

  /** Ends every program, marks running turns as interrupted and closes all logs. Idempotent. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all([...this.#agents.values()].map((agent) => agent.stop()));
    for (const cancel of this.#calm.values()) cancel();
    this.#calm.clear();
  }

  list(): AgentSummary[] {
    const all = [...[...this.#agents.values()].map((agent) => agent.summary()), ...this.#damaged.values()];
    return all.sort((a, b) => b.createdAt.localeCompare(a.createdAt) || b.id.localeCompare(a.id));
  }

  get(id: string): AgentSummary | undefined {
    return this.#agents.get(id)?.summary() ?? this.#damaged.get(id);
  }

  onChange(listener: (agent: AgentSummary) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async create({ provider, cwd, prompt, by }: CreateAgent): Promise<{ agentId: string }> {
    if (this.#stopped) throw new AgentError('interrupted', 'Paseo is stopping. Try again when it runs.');
    if (this.#agents.size >= MAX_AGENTS) {
      throw new AgentError(
        'too_many',
        `There are ${MAX_AGENTS} agents already. Remove folders in ${this.#options.folder}.`,
      );
    }
    const id = randomId();
    const [{ entry }, folder] = await Promise.all([this.#directory.launch(provider, id), workingFolder(cwd)]);
    const title = prompt === null ? folderTitle(folder) : titleOf(prompt);
    const told = { provider, providerLabel: entry.label.slice(0, 128), cwd: folder, title };
    const agent = await this.#make(id, told).catch((cause: unknown) => {
      throw notSaved('The agent could not be saved, so it was not started', cause);
    });
    this.#agents.set(id, agent);
    if (this.#stopped) await agent.stop();
    else if (prompt === null) void agent.warmUp();
    if (prompt !== null) await agent.prompt(prompt, by);
    return { agentId: id };
  }

  async prompt(id: string, text: string, by: Actor): Promise<{ seq: number }> {
    return this.#agent(id).prompt(text, by);
  }

  async cancel(id: string): Promise<void> {
    await this.#agent(id).cancel();
  }

  async archive(id: string, archived: boolean): Promise<void> {
    await this.#agent(id).archive(archived);
  }

  async answerPermission(id: string, requestId: string, optionId: string | null, by: Actor): Promise<void> {
    await this.#agent(id).answer(requestId, optionId, by);
  }

  providers(): Promise<ProviderSummary[]> {
    return this.#directory.list();
  }

  async folders(path: string | null): Promise<FolderListing> {
    const recent = [...new Set(this.list().map(({ cwd }) => cwd))].slice(0, MAX_RECENT_FOLDERS);
    return listFolders(path ?? this.#options.userHome, recent);
  }

  timeline(id: string): Timeline | undefined {
    return this.#agents.get(id)?.timeline;
  }

  async #make(id: string, told: Pick<AgentRecord, 'provider' | 'providerLabel' | 'cwd' | 'title'>): Promise<Agent> {
    const at = this.#options.date().toISOString();
    const folder = await AgentFolder.create(this.#options.folder, id);
    const timeline = await TimelineLog.create(folder.timelinePath, this.#logOptions(id));
    const record: AgentRecord = {
      ...{ format: 'paseo-agent', version: 1, id, ...told, archived: false, createdAt: at, updatedAt: at },
      ...{ acpSessionId: null, state: 'ready', error: null, process: null },
    };
    await folder.save(record);
    return new Agent(folder, record, timeline, this.#services());
  }

  async #load(folder: AgentFolder): Promise<void> {
    let record: AgentRecord | null = null;
    try {
      record = await folder.load();
      const timeline = await TimelineLog.open(folder.timelinePath, this.#logOptions(folder.id));
      const agent = new Agent(folder, record, timeline, this.#services());
      await agent.recover();
      this.#agents.set(folder.id, agent);
    } catch (error) {
      if (isMissing(error) && record === null) return;
      this.#options.logger.error({ agent: folder.id, err: error }, 'an agent cannot be read');
      const why = error instanceof Error ? error.message : String(error);
      this.#damaged.set(folder.id, damagedSummary(folder.id, record, why, this.#options.date()));
    }
  }

  #logOptions(id: string) {
    const { clock, date, logger } = this.#options;
    return {
      clock,
      date,
      onWriteError: (error: Error) => logger.error({ agent: id, err: error }, 'a timeline could not be written'),
    };
  }

  #services(): AgentServices {
    const { clock, date, logger, appVersion } = this.#options;
    return {
      ...{ clock, date, logger, appVersion },
      launch: (provider, agentId) => this.#directory.launch(provider, agentId),
      makeRoom: () => this.#makeRoom(),
      onChange: (agent, urgent) => this.#changed(agent, urgent),
    };
  }

  /** One after the other, or two starts would both take the last place. */
  #makeRoom(): Promise<void> {
    const room = this.#room.then(async () => {
      const running = [...this.#agents.values()].filter((agent) => agent.running);
      if (running.length <= MAX_RUNNING_AGENTS) return;
      const idle = running.filter((agent) => agent.idleSince !== null).sort((a, b) => a.idleSince! - b.idleSince!);
      if (idle[0] === undefined) {
        throw new AgentError('too_many', `${MAX_RUNNING_AGENTS} agents are working. Wait for one, or stop one.`);
      }
      await idle[0].sleep();
    });
    this.#room = room.catch(() => {});
    return room;
  }

  #changed(agent: Agent, urgent: boolean): void {
    if (!this.#agents.has(agent.id)) return;
    if (urgent) {
      this.#calm.get(agent.id)?.();
      this.#calm.delete(agent.id);
      const summary = agent.summary();
      for (const listener of [...this.#listeners]) listener(summary);
    } else if (!this.#calm.has(agent.id) && !this.#stopped) {
      this.#calm.set(
        agent.id,
        this.#options.clock.after(CALM_CHANGE_MS, () => this.#changed(agent, true)),
      );
    }
  }

  #agent(id: string): Agent {
    const agent = this.#agents.get(id);
    if (agent !== undefined) return agent;
    const damaged = this.#damaged.get(id);
    if (damaged !== undefined) throw new AgentError('agent_failed', damaged.error ?? 'This agent cannot be read.');
    throw new AgentError('not_found', 'There is no such agent.');
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'missing';
}
