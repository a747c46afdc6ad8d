import type { DaemonClient } from '../../src-shared/client/daemon-client.ts';
import type { AgentSummary } from '../../src-shared/wire/agent.ts';
import { useQuery } from './use-query.ts';

/** One agent out of the known ones, or out of the archive. `agent` null: not there, or (`loading`) not known yet. */
export function useAgent(
  client: DaemonClient,
  known: readonly AgentSummary[] | null,
  agentId: string | null,
): { agent: AgentSummary | null; loading: boolean } {
  const found = known?.find((agent) => agent.id === agentId) ?? null;
  const missing = known !== null && agentId !== null && found === null;
  const archive = useQuery(client, 'agents.list', missing ? { archived: true } : null);
  // One that was started a moment ago is in this answer too; it comes to the list by itself.
  const archived = missing
    ? (archive.data?.agents.find((agent) => agent.id === agentId && agent.archived) ?? null)
    : null;
  return { agent: found ?? archived, loading: known === null || (missing && archived === null && archive.loading) };
}
