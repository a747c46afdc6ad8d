import type { AgentState } from '../../src-shared/wire/agent.ts';
import type { QueuedPrompt } from '../../src-shared/wire/detail.ts';

/** Why nothing that waits is sent by itself. */
export function pausedWords(state: AgentState, count: number): string {
  return `${REASONS[state] ?? 'The last turn did not finish'}, so ${count === 1 ? 'this message waits' : `these ${count} messages wait`} for you.`;
}

const REASONS: Partial<Record<AgentState, string>> = {
  stopped: 'The last turn was stopped',
  failed: 'The last turn failed',
  interrupted: 'The last turn was interrupted',
};

/** "2 files"; null when nothing is enclosed. */
export function enclosedWords({
  attachments,
  mentions,
}: Pick<QueuedPrompt, 'attachments' | 'mentions'>): string | null {
  const count = attachments.length + mentions.length;
  if (count === 0) return null;
  const first = attachments[0]?.name ?? mentions[0]!;
  return count === 1 ? first : `${count} files`;
}
