import type { DaemonClient } from '../../src-shared/client/daemon-client.ts';
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
export async function questionBody(client: DaemonClient, agentId: string, questionId: string): Promise<QuestionBody> {
  const { agents } = await client.query('agents.list', { archived: true });
  const agent = agents.find(({ id }) => id === agentId);
  const seq = agent?.questions.find((one) => one.questionId === questionId)?.seq;
  if (agent !== undefined && seq !== undefined) {
    const { entries } = await client.query('agent.page', { agentId, logId: agent.logId, before: seq + 1, limit: 1 });
    const body = entries[0]?.body;
    if (body?.kind === 'question' && body.questionId === questionId) return body;
  }
  throw new CliError('not_found', 'This question is answered already.');
}
