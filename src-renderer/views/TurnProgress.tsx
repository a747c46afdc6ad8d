import { LoaderCircle } from 'lucide-react';
import type { AgentState } from '../../src-shared/wire/agent.ts';
import type { ConversationItem } from './conversation-items.ts';
import { progressWords } from './progress-words.ts';
import './turn-progress.css';

interface TurnProgressProps {
  items: readonly ConversationItem[];
  state: AgentState;
  /** Brings the request that waits into view; null when it is there, or none is loaded. */
  onShowRequest: (() => void) | null;
}

/** What the running turn does now; stays in view wherever the reader is. */
export function TurnProgress({ items, state, onShowRequest }: TurnProgressProps) {
  const { doing, plan } = progressWords(items, state);
  return (
    <p className="turn-progress note">
      <LoaderCircle className="icon tone-accent spin" aria-hidden="true" />
      <span className="one-line">{doing}</span>
      {plan !== null && <span className="faint turn-plan">{plan}</span>}
      {onShowRequest && (
        <button type="button" className="link turn-show" onClick={onShowRequest}>
          Show
        </button>
      )}
    </p>
  );
}
