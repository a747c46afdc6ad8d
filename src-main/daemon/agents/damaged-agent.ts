import type { AgentSummary } from '../../../src-shared/wire/agent.ts';
import type { AgentRecord } from './agent-folder.ts';

/** How an agent is listed whose files cannot be read: failed, with the reason and the fix. Nothing can be done with it. */
export function damagedSummary(id: string, record: AgentRecord | null, why: string, date: Date): AgentSummary {
  const at = date.toISOString();
  return {
    id,
    provider: record?.provider ?? 'unknown',
    providerLabel: record?.providerLabel ?? 'Unknown',
    title: record?.title ?? 'Damaged agent',
    cwd: record?.cwd ?? '/',
    state: 'failed',
    error: why.slice(0, 2048),
    pending: [],
    questions: [],
    queued: 0,
    createdAt: record?.createdAt ?? at,
    updatedAt: record?.updatedAt ?? at,
    archived: record?.archived ?? false,
    logId: 'aaaaaaaa',
    lastSeq: 0,
  };
}
