import type { DaemonClient } from '../../src-shared/client/daemon-client.ts';
import type { AgentSummary, PendingQuestion } from '../../src-shared/wire/agent.ts';
import type { EntryBody, TimelineEntry } from '../../src-shared/wire/timeline.ts';
import { CliError } from './cli-error.ts';

export type QuestionBody = Extract<EntryBody, { kind: 'question' }>;

/** Questions without an answer, oldest first. */
export function openQuestions(entries: readonly TimelineEntry[]): QuestionBody[] {
  const open = new Map<string, QuestionBody>();
  for (const { body } of entries) {
    if (body.kind === 'question') open.set(body.questionId, body);
    else if (body.kind === 'question-answer') open.delete(body.questionId);
  }
  return [...open.values()];
}

/** The whole of an open question; lists hold only its first words. */
export async function questionBody(
  client: DaemonClient,
  { id, logId }: AgentSummary,
  { questionId, seq }: PendingQuestion,
): Promise<QuestionBody> {
  const { entries } = await client.query('agent.page', { agentId: id, logId, before: seq + 1, limit: 1 });
  const body = entries[0]?.body;
  if (body?.kind === 'question' && body.questionId === questionId) return body;
  throw new CliError('not_found', 'This question is answered already.');
}
