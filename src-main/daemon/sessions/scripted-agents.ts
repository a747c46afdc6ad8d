import { join } from 'node:path';
import { Watched } from '../../../src-shared/watchable.ts';
import type { AgentSummary, ExternalSession, FolderListing, ProviderSummary } from '../../../src-shared/wire/agent.ts';
import type { AgentDetail } from '../../../src-shared/wire/detail.ts';
import type { QuestionAction, QuestionValues } from '../../../src-shared/wire/question.ts';
import type { Actor } from '../../../src-shared/wire/timeline.ts';
import type { AgentService, CreateAgent, PromptInput, PromptPlace } from '../agents/agent-service.ts';
import { TimelineLog } from '../timeline/timeline-log.ts';
import { RequestRefused } from './request-outcome.ts';

const AT = '2026-01-01T00:00:00.000Z';

/** For tests: the least that creates an agent, and a prompt without files. */
export const NOTHING_ENCLOSED = { attachments: [], mentions: [] };
export const CREATE = { provider: 'scripted', cwd: '/tmp', prompt: null, ...NOTHING_ENCLOSED };

/** For tests: agents whose programs are a few lines here, with the real timeline on disk. */
export class ScriptedAgents implements AgentService {
  readonly prompts: string[] = [];
  readonly answers: string[] = [];
  readonly creations: CreateAgent[] = [];
  readonly inputs: PromptInput[] = [];
  readonly logs = new Map<string, TimelineLog>();
  readonly details = new Map<string, Watched<AgentDetail>>();
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
    this.details.set(id, new Watched(DETAIL));
    this.change({ ...SUMMARY, id, logId: log.logId, cwd: request.cwd });
    return { agentId: id };
  }

  async prompt(id: string, prompt: PromptInput, by: Actor): Promise<PromptPlace> {
    const log = this.#log(id);
    const { text } = prompt;
    this.prompts.push(text);
    this.inputs.push(prompt);
    const { seq } = log.append({ kind: 'user', text, by });
    await log.flush();
    void this.#turn(id, log, text);
    return { seq, queuedId: null };
  }

  async resume(id: string, by: Actor): Promise<{ seq: number }> {
    return { seq: this.#log(id).append({ kind: 'user', text: 'Continue.', by }).seq };
  }

  async readQueued(id: string, queuedId: string): Promise<string> {
    this.#log(id);
    return `All of ${queuedId}.`;
  }

  async editQueued(id: string, queuedId: string, text: string): Promise<void> {
    this.#note(id, `edit ${queuedId} ${text}`);
  }

  async removeQueued(id: string, queuedId: string): Promise<void> {
    this.#note(id, `remove ${queuedId}`);
  }

  async resumeQueue(id: string): Promise<void> {
    this.#note(id, 'resume queue');
  }

  async setOption(id: string, optionId: string, value: string | boolean, by: Actor): Promise<void> {
    this.#note(id, `set ${optionId} ${value} by ${by.name}`);
  }

  cancel(id: string): Promise<void> {
    this.#log(id);
    return Promise.resolve();
  }

  release(id: string): Promise<void> {
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

  async answerQuestion(
    id: string,
    questionId: string,
    { action, values }: { action: QuestionAction; values: QuestionValues | null },
  ): Promise<void> {
    this.#note(id, `${questionId} ${action} ${JSON.stringify(values)}`);
  }

  sessions(): Promise<{ sessions: ExternalSession[]; cursor: string | null }> {
    const session = { sessionId: 's1', title: 'Earlier', cwd: '/tmp', updatedAt: AT, agentId: null };
    return Promise.resolve({ sessions: [session], cursor: 'next' });
  }

  importSession(request: { provider: string; cwd: string; by: Actor }): Promise<{ agentId: string }> {
    return this.create({ ...request, prompt: null });
  }

  detail(id: string): Watched<AgentDetail> | undefined {
    return this.details.get(id);
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

  changeDetail(id: string, change: Partial<AgentDetail>): void {
    this.details.get(id)!.set({ ...DETAIL, ...change });
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

  #note(id: string, what: string): void {
    this.#log(id);
    this.answers.push(what);
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
  questions: [],
  queued: 0,
  createdAt: AT,
  updatedAt: AT,
  archived: false,
  logId: '',
  lastSeq: 0,
};

const DETAIL: AgentDetail = {
  options: [],
  commands: [],
  usage: null,
  takesImages: false,
  queue: [],
  queuePaused: false,
  continueCommand: null,
  login: null,
};
