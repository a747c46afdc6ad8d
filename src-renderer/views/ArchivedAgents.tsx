import { useEffect, useState } from 'react';
import type { DaemonClient } from '../../src-shared/client/daemon-client.ts';
import type { AgentSummary } from '../../src-shared/wire/agent.ts';
import { useQuery } from './use-query.ts';
import { folderName, revealHidden } from './visible-text.ts';
import './archived-agents.css';

interface ArchivedAgentsProps {
  client: DaemonClient;
  /** How many agents the list above shows: when that changes, one may have come here or gone. */
  shown: number;
  onOpen: (agentId: string) => void;
  /** null: this device may not bring any back. */
  onRestore: ((agent: AgentSummary) => void) | null;
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
  if (agents.length === 0) return null;
  return (
    <div className="archived">
      <button type="button" className="button button-quiet" aria-expanded={open} onClick={() => setOpen(!open)}>
        {open ? 'Hide archived' : 'Show archived'}
      </button>
      {open && (
        <ul className="archived-rows" aria-label="Archived agents">
          {agents.map((agent) => (
            <li key={agent.id} className="row">
              <button type="button" className="archived-row grow" onClick={() => onOpen(agent.id)}>
                <span className="one-line archived-title">{revealHidden(agent.title)}</span>
                <span className="faint one-line">{folderName(agent.cwd)}</span>
              </button>
              {onRestore !== null && (
                <button
                  type="button"
                  className="button"
                  onClick={() => {
                    setRestored((before) => new Set(before).add(agent.id));
                    onRestore(agent);
                  }}
                >
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
