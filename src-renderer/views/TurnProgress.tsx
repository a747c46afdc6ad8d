import { LoaderCircle } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { AgentState } from '../../src-shared/wire/agent.ts';
import type { ConversationItem } from './conversation-items.ts';
import { progressWords, quietWords } from './progress-words.ts';
import { useNow } from './use-now.ts';
import './turn-progress.css';

interface TurnProgressProps {
  items: readonly ConversationItem[];
  state: AgentState;
  /** Brings the request that waits into view; null when it is there, or none is loaded. */
  onShowRequest: (() => void) | null;
}

/** What the running turn does now, and for how long nothing came of it; stays in view wherever the reader is. */
export function TurnProgress({ items, state, onShowRequest }: TurnProgressProps) {
  const { doing, plan } = progressWords(items, state);
  const quiet = useQuiet(items);
  return (
    <p className="turn-progress note">
      <LoaderCircle className="icon tone-accent spin" aria-hidden="true" />
      <span className="one-line">{doing}</span>
      {plan !== null && <span className="faint turn-aside">{plan}</span>}
      {quiet !== null && state === 'working' && <span className="faint turn-aside">{quiet}</span>}
      {onShowRequest && (
        <button type="button" className="link turn-show" onClick={onShowRequest}>
          Show
        </button>
      )}
    </p>
  );
}

/** Counts from the last change that was seen, so it never says too much. */
function useQuiet(items: readonly ConversationItem[]): string | null {
  const [changedAt, setChangedAt] = useState(() => Date.now());
  useEffect(() => setChangedAt(Date.now()), [items]);
  return quietWords(useNow(1000) - changedAt);
}
