import type { Clock } from '../../../src-shared/clock.ts';
import { systemClock } from '../../../src-shared/clock.ts';
import type { ProviderConfig } from '../../../src-shared/config/schema.ts';
import { MAX_RECENT_FOLDERS } from '../limits.ts';
import type { AgentSummary, ExternalSession, FolderListing, ProviderSummary } from '../../../src-shared/wire/agent.ts';
import type { AgentDetail } from '../../../src-shared/wire/detail.ts';
import type { QuestionAction, QuestionValues } from '../../../src-shared/wire/question.ts';
import type { Actor } from '../../../src-shared/wire/timeline.ts';
import type { Watchable } from '../../../src-shared/watchable.ts';
import type { Logger } from '../../platform/logger.ts';
import type { RuntimePaths } from '../../platform/runtime-paths.ts';
import { randomId } from '../timeline/random-id.ts';
import type { Timeline } from '../timeline/timeline.ts';
import { AgentChanges } from './agent-changes.ts';
import type { AgentServices } from './agent-parts.ts';
import { AgentRoster } from './agent-roster.ts';
import type { AgentService, CreateAgent, PromptInput, PromptPlace } from './agent-service.ts';
import { folderTitle, titleOf } from './agent-title.ts';
import type { AgentAttachments } from './prompts/attachment-store.ts';
import { ExternalSessions } from './providers/external-sessions.ts';
import type { SessionQuery } from './providers/external-sessions.ts';
import { listFolders, workingFolder } from './prompts/folder-listing.ts';
import { ProviderDirectory } from './providers/provider-directory.ts';
import { providerTable } from './providers/provider-table.ts';
import { SessionImports } from './session-imports.ts';
import type { UploadStore } from './prompts/upload-store.ts';

interface AgentSupervisorOptions {
  /** An existing folder of ours, `$PASEO_HOME/agents`. */
  readonly folder: string;
  /** For the sockets of agents' hosts; made when it is not there. */
  readonly socketFolder: string;
  readonly uploads: UploadStore;
  readonly runtime: RuntimePaths;
  /** `agents.providers` of the configuration in force. */
  readonly providers: () => Readonly<Record<string, ProviderConfig>>;
  /** `agents.maxRunning` of the configuration in force. */
  readonly maxRunning: () => number;
  /** The daemon's environment; agents get an allow-list of it. */
  readonly environment: NodeJS.ProcessEnv;
  /** Programs are also looked for where the person's login shell would find them. */
  readonly loginShell: boolean;
  /** Where folder listings begin. */
  readonly userHome: string;
  readonly appVersion: string;
  readonly logger: Logger;
  readonly clock?: Clock;
  readonly date?: () => Date;
}

/** All agents of this daemon. */
export class AgentSupervisor implements AgentService {
  readonly #userHome: string;
  readonly #directory: ProviderDirectory;
  readonly #external: ExternalSessions;
  readonly #imports: SessionImports;
  readonly #changes: AgentChanges;
  readonly #roster: AgentRoster;

  constructor(options: AgentSupervisorOptions) {
    const { clock = systemClock, date = () => new Date(), folder, runtime, userHome, appVersion, maxRunning } = options;
    const { providers, environment, loginShell, logger, uploads, socketFolder } = options;
    const directory = new ProviderDirectory({ configured: providers, environment, runtime, loginShell, clock });
    const services: AgentServices = {
      ...{ clock, date, logger, appVersion, uploads },
      host: { nodePath: runtime.nodePath, hostProgram: runtime.hostProgram, socketFolder },
      launch: (provider, agentId) => directory.launch(provider, agentId),
      entry: (provider) => providerTable(providers()).get(provider) ?? null,
      makeRoom: () => this.#roster.makeRoom(),
      onChange: (agent, urgent) => this.#changes.changed(agent.id, urgent),
    };
    this.#userHome = userHome;
    this.#directory = directory;
    this.#changes = new AgentChanges(clock, (id) => this.#roster.find(id)?.summary());
    this.#roster = new AgentRoster({ folder, services, maxRunning });
    this.#external = new ExternalSessions({ directory, runtime, userHome, appVersion, clock });
    this.#imports = new SessionImports({ roster: this.#roster, directory, external: this.#external });
  }

  /**
   * Lists what is on disk, attaches to agents that an earlier daemon left at work and closes what it left open otherwise. Agents that
   * cannot be read are listed as failed.
   */
  start(): Promise<void> {
    return this.#roster.load();
  }

  /** Ends every program, or (`keep`) those that are not at work on a turn, and closes all logs. Idempotent. */
  async stop(agents: 'keep' | 'stop'): Promise<void> {
    await Promise.all([this.#external.stop(), this.#roster.stop(agents)]);
    this.#changes.stop();
  }

  list(): AgentSummary[] {
    const all = this.#roster.summaries();
    return all.sort((a, b) => b.createdAt.localeCompare(a.createdAt) || b.id.localeCompare(a.id));
  }

  get(id: string): AgentSummary | undefined {
    return this.#roster.summary(id);
  }

  onChange(listener: (agent: AgentSummary) => void): () => void {
    return this.#changes.subscribe(listener);
  }

  async create({ provider, cwd, prompt, by }: CreateAgent): Promise<{ agentId: string }> {
    this.#roster.checkRoom();
    const id = randomId();
    const [{ entry }, folder] = await Promise.all([this.#directory.launch(provider, id), workingFolder(cwd)]);
    const title = prompt === null || prompt.text === '' ? folderTitle(folder) : titleOf(prompt.text);
    const providerLabel = entry.label.slice(0, 128);
    const agent = await this.#roster.make({ id, provider, providerLabel, cwd: folder, title });
    await this.#roster.add(agent);
    if (prompt === null) void agent.warmUp();
    else await agent.inbox.prompt(prompt, by);
    return { agentId: id };
  }

  async prompt(id: string, prompt: PromptInput, by: Actor): Promise<PromptPlace> {
    return this.#roster.get(id).inbox.prompt(prompt, by);
  }

  async resume(id: string, by: Actor): Promise<{ seq: number }> {
    return this.#roster.get(id).resume(by);
  }

  async readQueued(id: string, queuedId: string): Promise<string> {
    return this.#roster.get(id).queue.read(queuedId);
  }

  async editQueued(id: string, queuedId: string, text: string): Promise<void> {
    await this.#roster.get(id).queue.edit(queuedId, text);
  }

  async removeQueued(id: string, queuedId: string): Promise<void> {
    await this.#roster.get(id).queue.remove(queuedId);
  }

  async resumeQueue(id: string): Promise<void> {
    await this.#roster.get(id).inbox.resumeQueue();
  }

  async setOption(id: string, optionId: string, value: string | boolean, by: Actor): Promise<void> {
    await this.#roster.get(id).setOption(optionId, value, by);
  }

  async cancel(id: string): Promise<void> {
    await this.#roster.get(id).cancel();
  }

  async release(id: string): Promise<void> {
    await this.#roster.get(id).release();
  }

  async archive(id: string, archived: boolean): Promise<void> {
    await this.#roster.get(id).archive(archived);
  }

  async answerPermission(id: string, requestId: string, optionId: string | null, by: Actor): Promise<void> {
    await this.#roster.get(id).requests.permissions.answer(requestId, optionId, by);
  }

  async answerQuestion(
    id: string,
    questionId: string,
    answer: { action: QuestionAction; values: QuestionValues | null },
    by: Actor,
  ): Promise<void> {
    await this.#roster.get(id).requests.questions.answer(questionId, answer, by);
  }

  sessions(query: SessionQuery): Promise<{ sessions: ExternalSession[]; cursor: string | null }> {
    return this.#imports.list(query);
  }

  importSession(request: { provider: string; cwd: string; sessionId: string }): Promise<{ agentId: string }> {
    return this.#imports.import(request);
  }

  detail(id: string): Watchable<AgentDetail> | undefined {
    return this.#roster.find(id)?.detail;
  }

  /** Files of an agent; undefined as for {@link detail}. */
  attachments(id: string): AgentAttachments | undefined {
    return this.#roster.find(id)?.attachments;
  }

  providers(): Promise<ProviderSummary[]> {
    return this.#directory.list();
  }

  async folders(path: string | null): Promise<FolderListing> {
    const recent = [...new Set(this.list().map(({ cwd }) => cwd))].slice(0, MAX_RECENT_FOLDERS);
    return listFolders(path ?? this.#userHome, recent);
  }

  timeline(id: string): Timeline | undefined {
    return this.#roster.find(id)?.timeline;
  }
}
