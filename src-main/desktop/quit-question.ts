import type { AgentSummary } from '../../src-shared/wire/agent.ts';
import { MAX_NAMED_AT_QUIT } from './limits.ts';
import { trayText } from './tray-text.ts';

interface QuitQuestion {
  readonly message: string;
  readonly detail: string;
}

/** What to ask; null when quitting cuts nothing off. */
export function quitQuestion(agents: readonly AgentSummary[]): QuitQuestion | null {
  const busy = agents.filter(({ archived, state }) => !archived && BUSY.has(state));
  if (busy.length === 0) return null;
  const named = busy.slice(0, MAX_NAMED_AT_QUIT).map(({ title, providerLabel }) => trayText(title || providerLabel));
  const more = busy.length - named.length;
  return {
    message: busy.length === 1 ? 'An agent is working.' : `${busy.length} agents are working.`,
    detail: [
      ...named.map((name) => `• ${name}`),
      ...(more > 0 ? [`and ${more} more`] : []),
      '',
      'Agents that are kept go on by themselves; Paseo finds them again when it starts. Until then your phone cannot reach ' +
        'them, and what they ask waits. Agents that are stopped can be continued later.',
    ].join('\n'),
  };
}

const BUSY: ReadonlySet<AgentSummary['state']> = new Set(['starting', 'working', 'needs-you']);
