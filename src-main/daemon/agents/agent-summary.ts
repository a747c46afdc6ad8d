import type { AgentState, AgentSummary } from '../../../src-shared/wire/agent.ts';
import type { TimelineLog } from '../timeline/timeline-log.ts';
import type { AgentRecord } from './agent-folder.ts';
import type { AgentRequests } from './agent-requests.ts';
import type { AgentRuntime } from './agent-runtime.ts';
import type { PromptQueue } from './prompts/prompt-queue.ts';
import type { TurnRunner } from './turn-runner.ts';

interface SummarySources {
  readonly record: AgentRecord;
  readonly timeline: TimelineLog;
  readonly requests: AgentRequests;
  readonly queue: PromptQueue;
  readonly runtime: AgentRuntime;
  readonly turns: TurnRunner;
  /** Its program is being started ahead of the first prompt. */
  readonly warming: boolean;
}

/** One agent as lists show it. */
export function agentSummary(sources: SummarySources): AgentSummary {
  const { record, timeline, requests, queue } = sources;
  const { id, provider, providerLabel, title, cwd, createdAt, updatedAt, archived } = record;
  const state = shownState(sources);
  return {
    ...{ id, provider, providerLabel, title, cwd, state },
    error: state === record.state ? record.error : null,
    pending: requests.permissions.pending,
    questions: requests.questions.pending,
    queued: queue.waiting.length,
    ...{ createdAt, updatedAt, archived },
    logId: timeline.logId,
    lastSeq: timeline.lastSeq,
  };
}

function shownState({ record, requests, runtime, turns, warming }: SummarySources): AgentState {
  if (requests.waiting) return 'needs-you';
  if (warming || runtime.starting || (turns.busy && !runtime.running)) return 'starting';
  return turns.busy ? 'working' : record.state;
}
