import { useCallback, useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import type { DaemonClient } from '../../src-shared/client/daemon-client.ts';
import type { AgentSummary } from '../../src-shared/wire/agent.ts';
import { failureWords } from './failure-words.ts';
import { revealHidden } from './visible-text.ts';
import './toast.css';

/** How long the way back stays on the screen. */
const UNDO_MS = 8000;

/** Archives at once and offers to take it back. `toast` goes where it covers nothing that is being read. */
export function useArchive(client: DaemonClient): {
  /** Resolves with whether it was done; says itself why not. */
  archive: (agent: AgentSummary, archived: boolean) => Promise<boolean>;
  toast: ReactNode;
} {
  const [done, setDone] = useState<{ agent: AgentSummary; text: string; undo: boolean } | null>(null);
  useEffect(() => {
    if (!done) return;
    const timer = setTimeout(() => setDone(null), UNDO_MS);
    return () => clearTimeout(timer);
  }, [done]);

  const archive = useCallback(
    (agent: AgentSummary, archived: boolean) => {
      const title = revealHidden(agent.title);
      setDone({ agent, text: archived ? `“${title}” is archived.` : `“${title}” is back.`, undo: archived });
      return client.command('agent.archive', { agentId: agent.id, archived }).then(
        () => true,
        (failure: unknown) => {
          setDone({ agent, text: `“${title}” is unchanged. ${failureWords(failure)}`, undo: false });
          return false;
        },
      );
    },
    [client],
  );

  const toast = done && (
    <div className="toast" role="status">
      <span className="grow">{done.text}</span>
      {done.undo && (
        <button type="button" className="button button-quiet" onClick={() => void archive(done.agent, false)}>
          Undo
        </button>
      )}
    </div>
  );
  return { archive, toast };
}
