import {
  Circle,
  CircleAlert,
  CircleCheck,
  CircleDashed,
  CircleSlash,
  CircleStop,
  CircleX,
  LoaderCircle,
} from 'lucide-react';
import type { LucideIcon } from 'lucide-react';
import type { AgentState } from '../../src-shared/wire/agent.ts';
import { AGENT_STATES } from './state-words.ts';

const ICONS: Readonly<Record<AgentState, LucideIcon>> = {
  starting: CircleDashed,
  ready: Circle,
  working: LoaderCircle,
  'needs-you': CircleAlert,
  finished: CircleCheck,
  failed: CircleX,
  interrupted: CircleSlash,
  stopped: CircleStop,
};

/** An agent's state by icon, word and colour; changes are read out. */
export function StateBadge({ state }: { state: AgentState }) {
  return (
    <span role="status" className={`badge tone-${AGENT_STATES[state].tone}`}>
      <StateIcon state={state} />
      {AGENT_STATES[state].word}
    </span>
  );
}

/** The icon alone, for rows that say the word beside it. */
export function StateIcon({ state }: { state: AgentState }) {
  const Icon = ICONS[state];
  return (
    <Icon className={`icon tone-${AGENT_STATES[state].tone}${state === 'working' ? ' spin' : ''}`} aria-hidden="true" />
  );
}
