import type { AgentSummary, FolderListing, ProviderSummary } from '../../../src-shared/wire/agent.ts';
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
  /** Resolves when the prompt is on disk; a running agent has it then, another one is started and gets it. */
  prompt(id: string, text: string, by: Actor): Promise<{ seq: number }>;
  /** Ends the turn, if one runs. Resolves when it has ended. */
  cancel(id: string): Promise<void>;
  /** Archiving also ends the agent's program. */
  archive(id: string, archived: boolean): Promise<void>;
  /** The first answer wins; `optionId` null cancels the request. */
  answerPermission(id: string, requestId: string, optionId: string | null, by: Actor): Promise<void>;
  providers(): Promise<ProviderSummary[]>;
  folders(path: string | null): Promise<FolderListing>;
  /** undefined for an unknown agent and for one whose history cannot be read. */
  timeline(id: string): Timeline | undefined;
}

export interface CreateAgent {
  readonly provider: string;
  /** Absolute path of an existing folder. */
  readonly cwd: string;
  readonly prompt: string | null;
  readonly by: Actor;
}
