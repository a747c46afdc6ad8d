import { useState } from 'react';
import type { DaemonClient } from '../../src-shared/client/daemon-client.ts';
import type { AgentSummary } from '../../src-shared/wire/agent.ts';
import { Skeleton } from './Blank.tsx';
import { useQuery } from './use-query.ts';
import { folderName, revealHidden } from './visible-text.ts';
import './archived-agents.css';

interface ArchivedAgentsProps {
  client: DaemonClient;
  onRestore: (agent: AgentSummary) => void;
}

/** What was put away, behind one button under the list. */
export function ArchivedAgents({ client, onRestore }: ArchivedAgentsProps) {
  const [open, setOpen] = useState(false);
  return (
    <div className="archived">
      <button type="button" className="button button-quiet" aria-expanded={open} onClick={() => setOpen(!open)}>
        {open ? 'Hide archived' : 'Show archived'}
      </button>
      {open && <ArchivedRows client={client} onRestore={onRestore} />}
    </div>
  );
}

function ArchivedRows({ client, onRestore }: ArchivedAgentsProps) {
  const list = useQuery(client, 'agents.list', { archived: true });
  const [restored, setRestored] = useState<ReadonlySet<string>>(new Set());
  if (list.error !== null) return <p className="error-text">{list.error}</p>;
  if (list.data === null) return <Skeleton rows={2} label="Loading archived agents" />;
  const agents = list.data.agents.filter((agent) => agent.archived && !restored.has(agent.id));
  if (agents.length === 0) return <p className="note">Nothing is archived.</p>;
  return (
    <ul className="archived-rows" aria-label="Archived agents">
      {agents.map((agent) => (
        <li key={agent.id} className="row">
          <span className="grow">
            <span className="one-line archived-title">{revealHidden(agent.title)}</span>
            <span className="faint">{folderName(agent.cwd)}</span>
          </span>
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
        </li>
      ))}
    </ul>
  );
}
