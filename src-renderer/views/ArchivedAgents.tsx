import { useEffect, useState } from 'react';
import type { DaemonClient } from '../../src-shared/client/daemon-client.ts';
import type { AgentSummary } from '../../src-shared/wire/agent.ts';
import { TryAgain } from './TryAgain.tsx';
import { useQuery } from './use-query.ts';
import { useWatchable } from './use-watchable.ts';
import { folderName, revealHidden } from './visible-text.ts';
import './archived-agents.css';

interface ArchivedAgentsProps {
  client: DaemonClient;
  /** How many agents the list above shows: when that changes, one may have come here or gone. */
  shown: number;
  onOpen: (agentId: string) => void;
  /** Resolves with whether it is back. null: this device may not bring any back. */
  onRestore: ((agent: AgentSummary) => Promise<boolean>) | null;
}

/** What was put away, behind one button under the list; nothing while nothing was. */
export function ArchivedAgents({ client, shown, onOpen, onRestore }: ArchivedAgentsProps) {
  const [open, setOpen] = useState(false);
  const [restored, setRestored] = useState<ReadonlySet<string>>(new Set());
  const list = useQuery(client, 'agents.list', { archived: true });
  const { reload } = list;
  useEffect(() => {
    reload();
    setRestored(new Set());
  }, [reload, shown]);
  const agents = (list.data?.agents ?? []).filter((agent) => agent.archived && !restored.has(agent.id));
  const restore = async (agent: AgentSummary) => {
    setRestored((before) => new Set(before).add(agent.id));
    if (await onRestore?.(agent)) return;
    setRestored((before) => new Set([...before].filter((id) => id !== agent.id)));
  };
  const some = agents.length > 0;
  // Without a connection others say so, and it is asked for again when there is one.
  const failed = useWatchable(client.state).state === 'connected' && list.error !== null;
  if (!some && !failed) return null;
  return (
    <div className="archived">
      {failed && (
        <div className="archived-error">
          <p className="error-text" role="alert">
            The archived agents could not be loaded. {list.error}
          </p>
          <TryAgain query={list} />
        </div>
      )}
      {some && (
        <button type="button" className="button button-quiet" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? 'Hide archived' : 'Show archived'}
        </button>
      )}
      {some && open && (
        <ul className="archived-rows" aria-label="Archived agents">
          {agents.map((agent) => (
            <li key={agent.id} className="row">
              <button type="button" className="archived-row grow" onClick={() => onOpen(agent.id)}>
                <span className="one-line archived-title">{revealHidden(agent.title)}</span>
                <span className="faint one-line">{folderName(agent.cwd)}</span>
              </button>
              {onRestore !== null && (
                <button type="button" className="button" onClick={() => void restore(agent)}>
                  Bring back
                </button>
              )}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
