import type { AgentSummary } from '../../src-shared/wire/agent.ts';

export interface AgentGroup {
  readonly title: 'Needs you' | 'Working' | 'Recent';
  readonly agents: readonly AgentSummary[];
}

/**
 * Agents in groups, those that wait for a person first. Within a group by age, not by activity, so that nothing moves
 * under a finger while agents work. Empty groups are left out.
 */
export function groupAgents(agents: readonly AgentSummary[]): AgentGroup[] {
  const groups: Record<AgentGroup['title'], AgentSummary[]> = { 'Needs you': [], Working: [], Recent: [] };
  for (const agent of agents) if (!agent.archived) groups[groupOf(agent)].push(agent);
  return (['Needs you', 'Working', 'Recent'] as const)
    .map((title) => ({ title, agents: groups[title].sort(byAge) }))
    .filter((group) => group.agents.length > 0);
}

function groupOf(agent: AgentSummary): AgentGroup['title'] {
  if (agent.pending.length > 0 || agent.questions.length > 0 || agent.state === 'needs-you') return 'Needs you';
  return agent.state === 'working' || agent.state === 'starting' ? 'Working' : 'Recent';
}

function byAge(a: AgentSummary, b: AgentSummary): number {
  if (a.createdAt !== b.createdAt) return a.createdAt < b.createdAt ? 1 : -1;
  return a.id < b.id ? -1 : 1;
}
