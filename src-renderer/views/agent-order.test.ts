import { expect, it } from 'vitest';
import type { AgentState, AgentSummary } from '../../src-shared/wire/agent.ts';
import { groupAgents } from './agent-order.ts';

function agent(id: string, state: AgentState, createdAt: string, changes: Partial<AgentSummary> = {}): AgentSummary {
  return {
    id,
    provider: 'opencode',
    providerLabel: 'OpenCode',
    title: id,
    cwd: '/home',
    state,
    error: null,
    pending: [],
    questions: [],
    queued: 0,
    createdAt,
    updatedAt: createdAt,
    archived: false,
    logId: 'aaaaaaaa',
    lastSeq: 0,
    ...changes,
  };
}

it('puts agents that need the person first, then working ones, newest first, and leaves archived ones out', () => {
  const groups = groupAgents([
    agent('done', 'finished', '2026-01-01T00:00:00Z'),
    agent('busy', 'working', '2026-01-01T00:00:00Z'),
    agent('gone', 'finished', '2026-01-09T00:00:00Z', { archived: true }),
    agent('asks', 'needs-you', '2025-01-01T00:00:00Z'),
    agent('newer', 'failed', '2026-01-02T00:00:00Z'),
  ]);
  expect(groups.map((group) => [group.title, group.agents.map((entry) => entry.id)])).toEqual([
    ['Needs you', ['asks']],
    ['Working', ['busy']],
    ['Recent', ['newer', 'done']],
  ]);
});

it('does not reorder a group when an agent says something', () => {
  const first = agent('a', 'working', '2026-01-02T00:00:00Z');
  const second = agent('b', 'working', '2026-01-01T00:00:00Z', { updatedAt: '2026-02-01T00:00:00Z' });
  expect(groupAgents([second, first])[0]?.agents.map((entry) => entry.id)).toEqual(['a', 'b']);
});
