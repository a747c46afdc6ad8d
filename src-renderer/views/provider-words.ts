import type { ProviderSummary } from '../../src-shared/wire/agent.ts';
import type { Tone } from './state-words.ts';

interface ProviderWords {
  readonly word: string;
  readonly tone: Tone;
}

/** The states of agent programs, the same in every view. */
export const PROVIDER_STATES: Readonly<Record<ProviderSummary['state'], ProviderWords>> = {
  ready: { word: 'Ready', tone: 'green' },
  'not-logged-in': { word: 'Not logged in', tone: 'amber' },
  'too-old': { word: 'Too old', tone: 'amber' },
  broken: { word: 'Not working', tone: 'red' },
  'not-installed': { word: 'Not installed', tone: 'grey' },
  disabled: { word: 'Turned off', tone: 'grey' },
};

/** Those that can be started first, then those that need the least to get there; otherwise as the daemon gave them. */
export function inOrder(providers: readonly ProviderSummary[]): ProviderSummary[] {
  const order = Object.keys(PROVIDER_STATES);
  return providers.toSorted((a, b) => order.indexOf(a.state) - order.indexOf(b.state));
}

/** Whether what is missing is shown at once: there is nothing to start with. */
export function isShownOpen(provider: ProviderSummary, all: readonly ProviderSummary[]): boolean {
  return provider.state !== 'disabled' && !all.some(({ state }) => state === 'ready');
}

/** Nothing of it is on this computer, or it was turned off on purpose: of less interest while something can be started. */
export function isFar({ state }: ProviderSummary): boolean {
  return state === 'not-installed' || state === 'disabled';
}
