import { rm } from 'node:fs/promises';
import { MAX_AGENTS } from '../limits.ts';
import type { AgentSummary } from '../../../src-shared/wire/agent.ts';
import { endMarked } from '../../platform/end-processes.ts';
import { markedAgents } from '../../platform/process-census.ts';
import { Agent } from './agent.ts';
import { AgentError, notSaved } from './agent-error.ts';
import { agentFolders } from './agent-folder.ts';
import type { AgentFolder, AgentRecord } from './agent-folder.ts';
import { newAgent, storedAgent } from './agent-parts.ts';
import type { AgentServices } from './agent-parts.ts';
import { damagedSummary } from './damaged-agent.ts';
import { forgetHost, stopHost } from './hosted/host-leftover.ts';

/** Agents looked at together while the daemon starts. */
const LOAD_AT_ONCE = 8;
/** Nobody is there for whom an orphan could finish anything. */
const ORPHAN_GRACE_MS = 500;

interface RosterOptions {
  /** An existing folder of ours. */
  readonly folder: string;
  readonly services: AgentServices;
  readonly maxRunning: () => number;
}

/** The agents of this daemon: those that work, and those whose files cannot be read. */
export class AgentRoster {
  readonly #options: RosterOptions;
  readonly #agents = new Map<string, Agent>();
  readonly #damaged = new Map<string, AgentSummary>();
  #room: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(options: RosterOptions) {
    this.#options = options;
  }

  /** Lists what is on disk; each agent goes on where an earlier daemon ended. Those that cannot be read are listed as failed. */
  async load(): Promise<void> {
    const next = (await agentFolders(this.#options.folder)).values();
    const worker = async () => {
      for (const folder of next) await this.#load(folder);
    };
    await Promise.all(Array.from({ length: LOAD_AT_ONCE }, worker));
    await this.#endOrphans();
  }

  summaries(): AgentSummary[] {
    return [...[...this.#agents.values()].map((agent) => agent.summary()), ...this.#damaged.values()];
  }

  summary(id: string): AgentSummary | undefined {
    return this.#agents.get(id)?.summary() ?? this.#damaged.get(id);
  }

  find(id: string): Agent | undefined {
    return this.#agents.get(id);
  }

  /** The agent that has this session of its provider's. */
  withSession(provider: string, sessionId: string): AgentSummary | undefined {
    const all = [...this.#agents.values()].filter(({ acpSessionId }) => acpSessionId === sessionId);
    return all.map((agent) => agent.summary()).find((summary) => summary.provider === provider);
  }

  /** Throws {@link AgentError} `not_found`, or `agent_failed` for one that cannot be read. */
  get(id: string): Agent {
    const agent = this.#agents.get(id);
    if (agent !== undefined) return agent;
    const damaged = this.#damaged.get(id);
    if (damaged !== undefined) throw new AgentError('agent_failed', damaged.error ?? 'This agent cannot be read.');
    throw new AgentError('not_found', 'There is no such agent.');
  }

  /** Whether one more may be made. Throws {@link AgentError}. */
  checkRoom(): void {
    if (this.#stopped) throw new AgentError('interrupted', 'Paseo is stopping. Try again when it runs.');
    if (this.#agents.size < MAX_AGENTS) return;
    const { folder } = this.#options;
    throw new AgentError('too_many', `There are ${MAX_AGENTS} agents already. Remove folders in ${folder}.`);
  }

  /** Makes the files of a new agent, which {@link add} or {@link discard} must follow. Throws {@link AgentError} `not_saved`. */
  async make(told: Pick<AgentRecord, 'id' | 'provider' | 'providerLabel' | 'cwd' | 'title'>): Promise<Agent> {
    const { folder, services } = this.#options;
    return await newAgent(folder, told, services).then((parts) => new Agent(parts, services), notMade);
  }

  /** Now it is one of ours. Throws {@link AgentError}. */
  async add(agent: Agent): Promise<void> {
    await agent.record.publish().catch(notMade);
    this.#agents.set(agent.id, agent);
    if (!this.#stopped) return;
    await agent.stop('stop');
    this.checkRoom();
  }

  async discard(agent: Agent): Promise<void> {
    await agent.stop('stop');
    await rm(agent.folder.path, { recursive: true, force: true });
  }

  /** Ends an idle agent when too many run: one after the other, or two starts would both take the last place. */
  makeRoom(): Promise<void> {
    const room = this.#room.then(async () => {
      const most = this.#options.maxRunning();
      const running = [...this.#agents.values()].filter((agent) => agent.running);
      const idle = running.filter((agent) => agent.idleSince !== null).sort((a, b) => a.idleSince! - b.idleSince!);
      const surplus = idle.slice(0, Math.max(0, running.length - most));
      if (running.length - surplus.length > most) {
        const fix = 'Wait for one, stop one, or set agents.maxRunning in config.json.';
        throw new AgentError('too_many', `${most} agents are working. ${fix}`);
      }
      await Promise.all(surplus.map((agent) => agent.sleep()));
    });
    this.#room = room.catch(() => {});
    return room;
  }

  /** Ends every program, or (`keep`) those that are not at work on a turn, and closes all files. */
  async stop(agents: 'keep' | 'stop'): Promise<void> {
    this.#stopped = true;
    await Promise.all([...this.#agents.values()].map((agent) => agent.stop(agents)));
  }

  /** What runs for an agent without a program is left of one whose host was lost: nobody would ever end it. */
  async #endOrphans(): Promise<void> {
    if (this.#agents.size + this.#damaged.size === 0) return;
    const { clock, logger } = this.#options.services;
    const known = (id: string): boolean => this.#damaged.has(id) || this.#agents.get(id)?.running === false;
    try {
      const orphaned = [...(await markedAgents())].filter(known);
      // A daemon that was started by an agent in its terminal carries that agent's mark, and its hosts are below it.
      const how = { clock, graceMs: ORPHAN_GRACE_MS, notBelow: process.pid };
      const ended = await Promise.all(orphaned.map((agentId) => endMarked({ agentId, ...how })));
      if (ended.length > 0)
        logger.warn({ count: ended.flat().length }, 'ended what agents of an earlier daemon left running');
    } catch (error) {
      logger.warn({ err: error }, 'what agents of an earlier daemon left running could not be looked for');
    }
  }

  async #load(folder: AgentFolder): Promise<void> {
    const { services } = this.#options;
    let record: AgentRecord | null = null;
    let agent: Agent | null = null;
    try {
      record = await folder.load();
      agent = new Agent(await storedAgent(folder, record, services), services);
      await agent.recover();
      this.#agents.set(folder.id, agent);
    } catch (error) {
      if (record === null && isMissing(error)) return await forgetHost(folder.path, services.clock);
      services.logger.error({ agent: folder.id, err: error }, 'an agent cannot be read');
      // Nobody could see it, or end it.
      await Promise.resolve(agent?.stop('stop'))
        .then(() => stopHost(folder.path, services.clock))
        .catch((failure: unknown) => {
          services.logger.error({ agent: folder.id, err: failure }, 'what runs for it could not be ended');
        });
      const why = error instanceof Error ? error.message : String(error);
      this.#damaged.set(folder.id, damagedSummary(folder.id, record, why, services.date()));
    }
  }
}

function notMade(cause: unknown): never {
  throw notSaved('The agent could not be saved, so it was not started', cause);
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'missing';
}
