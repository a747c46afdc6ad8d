import type { AgentSummary, ExternalSession, FolderListing, ProviderSummary } from '../../../src-shared/wire/agent.ts';
import type { AgentDetail } from '../../../src-shared/wire/detail.ts';
import type { QuestionAction, QuestionValues } from '../../../src-shared/wire/question.ts';
import type { Watchable } from '../../../src-shared/watchable.ts';
import type { Actor } from '../../../src-shared/wire/timeline.ts';
import type { Timeline } from '../timeline/timeline.ts';

/** What sessions may ask of agents. Failures are {@link AgentError}s with the code that the client gets. */
export interface AgentService {
  /** All agents, archived ones included, newest first. */
  list(): AgentSummary[];
  get(id: string): AgentSummary | undefined;
  /** Calls `listener` with the new summary after every change. */
  onChange(listener: (agent: AgentSummary) => void): () => void;
  /** Resolves when the agent, and the first prompt if there is one, is on disk; the program starts meanwhile. */
  create(request: CreateAgent): Promise<{ agentId: string }>;
  /**
   * Resolves when the prompt is on disk: as a turn that begins (a running agent has it then, another one is started and gets it),
   * or in the queue while a turn runs.
   */
  prompt(id: string, prompt: PromptInput, by: Actor): Promise<PromptPlace>;
  /** Goes on with the turn that was interrupted or failed. `bad_request` when there is none. */
  resume(id: string, by: Actor): Promise<{ seq: number }>;
  /** The whole text. `not_found` once it is no longer in the queue, also below. */
  readQueued(id: string, queuedId: string): Promise<string>;
  editQueued(id: string, queuedId: string, text: string): Promise<void>;
  removeQueued(id: string, queuedId: string): Promise<void>;
  resumeQueue(id: string): Promise<void>;
  /** Starts the agent if need be. `bad_request` for a value that is not offered. */
  setOption(id: string, optionId: string, value: string | boolean, by: Actor): Promise<void>;
  /** Ends the turn, if one runs, and what it left running. The queue waits then. Resolves when it has ended. */
  cancel(id: string): Promise<void>;
  /** Ends the program of an agent that does not work; `busy` while it does. */
  release(id: string): Promise<void>;
  /** Archiving also ends the agent's program. */
  archive(id: string, archived: boolean): Promise<void>;
  /** The first answer wins; `optionId` null cancels the request. */
  answerPermission(id: string, requestId: string, optionId: string | null, by: Actor): Promise<void>;
  /** As {@link answerPermission}. */
  answerQuestion(
    id: string,
    questionId: string,
    answer: { action: QuestionAction; values: QuestionValues | null },
    by: Actor,
  ): Promise<void>;
  /** One page of the sessions that the provider's own program has, newest first. `cwd` null: of every folder. */
  sessions(request: {
    provider: string;
    cwd: string | null;
    cursor: string | null;
  }): Promise<{ sessions: ExternalSession[]; cursor: string | null }>;
  /** Makes an agent of a session that the provider's own program has. */
  importSession(request: { provider: string; cwd: string; sessionId: string; by: Actor }): Promise<{ agentId: string }>;
  /** undefined for an unknown agent and for one that cannot be read. */
  detail(id: string): Watchable<AgentDetail> | undefined;
  providers(): Promise<ProviderSummary[]>;
  folders(path: string | null): Promise<FolderListing>;
  /** undefined for an unknown agent and for one whose history cannot be read. */
  timeline(id: string): Timeline | undefined;
}

export interface CreateAgent {
  readonly provider: string;
  /** Absolute path of an existing folder. */
  readonly cwd: string;
  readonly prompt: PromptInput | null;
  readonly by: Actor;
}

/** What a person sends: text, files that were uploaded, and files of the working folder. */
export interface PromptInput {
  readonly text: string;
  /** Ids of the attachment store. */
  readonly attachments: readonly string[];
  /** Relative to the working folder. */
  readonly mentions: readonly string[];
}

/** Where a prompt went: one of the two is null. */
export interface PromptPlace {
  readonly seq: number | null;
  readonly queuedId: string | null;
}
