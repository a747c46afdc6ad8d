import { ChevronRight } from 'lucide-react';
import type { AgentSummary } from '../../src-shared/wire/agent.ts';
import { groupAgents } from './agent-order.ts';
import { AGENT_STATES } from './state-words.ts';
import { StateIcon } from './StateBadge.tsx';
import { agoWords, fullTime } from './time-words.ts';
import { useNow } from './use-now.ts';
import { folderName, revealHidden } from './visible-text.ts';
import './agent-list.css';

interface AgentListProps {
  agents: readonly AgentSummary[];
  selectedId: string | null;
  onSelect: (agentId: string) => void;
}

/** All agents with their state; those that wait for the person come first. */
export function AgentList({ agents, selectedId, onSelect }: AgentListProps) {
  const now = useNow(30_000);
  return (
    <nav aria-label="Agents" className="agent-list">
      {groupAgents(agents).map((group) => (
        <section key={group.title} aria-label={group.title}>
          <h2 className="agent-group">{group.title}</h2>
          <ul className="agent-rows">
            {group.agents.map((agent) => (
              <li key={agent.id}>
                <AgentRow agent={agent} now={now} selected={agent.id === selectedId} onSelect={onSelect} />
              </li>
            ))}
          </ul>
        </section>
      ))}
    </nav>
  );
}

interface AgentRowProps {
  agent: AgentSummary;
  now: number;
  selected: boolean;
  onSelect: (agentId: string) => void;
}

function AgentRow({ agent, now, selected, onSelect }: AgentRowProps) {
  const asked = agent.pending[0]?.title ?? agent.questions[0]?.message;
  return (
    <button
      type="button"
      className="agent-row"
      aria-current={selected ? 'true' : undefined}
      onClick={() => onSelect(agent.id)}
    >
      <StateIcon state={agent.state} />
      <span className="agent-row-text">
        <span className="agent-row-title one-line">{revealHidden(agent.title)}</span>
        <span className="agent-row-state one-line">
          <span className={`tone-${AGENT_STATES[agent.state].tone}`}>{AGENT_STATES[agent.state].word}</span>
          {asked !== undefined && `: ${revealHidden(asked)}`}
          {agent.state === 'failed' && agent.error !== null && `: ${revealHidden(agent.error)}`}
          {agent.queued > 0 && `, ${agent.queued} waiting`}
        </span>
        <span className="faint one-line" title={`${agent.cwd}, ${fullTime(agent.updatedAt)}`}>
          {folderName(agent.cwd)}, {agent.providerLabel}, {agoWords(agent.updatedAt, now)}
        </span>
      </span>
      <ChevronRight className="icon agent-row-chevron" aria-hidden="true" />
    </button>
  );
}
