import type { AgentState } from '../../src-shared/wire/agent.ts';

/** What a colour may mean; always told by an icon and a word too. */
export type Tone = 'accent' | 'amber' | 'green' | 'red' | 'grey';

/** The state vocabulary of agents, the same in every view. */
export const AGENT_STATES: Readonly<Record<AgentState, { word: string; tone: Tone }>> = {
  starting: { word: 'Starting', tone: 'grey' },
  ready: { word: 'Ready', tone: 'grey' },
  working: { word: 'Working', tone: 'accent' },
  'needs-you': { word: 'Needs you', tone: 'amber' },
  finished: { word: 'Finished', tone: 'green' },
  failed: { word: 'Failed', tone: 'red' },
  interrupted: { word: 'Interrupted', tone: 'grey' },
  stopped: { word: 'Stopped', tone: 'grey' },
};

/** Whether a turn is under way, so that a new message has to wait. */
export function isBusy(state: AgentState): boolean {
  return state === 'starting' || state === 'working' || state === 'needs-you';
}
