import { Plus } from 'lucide-react';
import type { ReactNode } from 'react';
import type { DaemonClient } from '../../src-shared/client/daemon-client.ts';
import type { SessionRole } from '../../src-shared/devices.ts';
import type { AgentSummary } from '../../src-shared/wire/agent.ts';
import { AgentList } from '../views/AgentList.tsx';
import { ArchivedAgents } from '../views/ArchivedAgents.tsx';
import { Blank, Skeleton } from '../views/Blank.tsx';
import { ConnectionButton } from './ConnectionButton.tsx';
import { PageHeader } from './PageHeader.tsx';
import type { Route } from './route.ts';
import type { KnownAgents } from './use-known-agents.ts';
import { SeenAt } from './SeenAt.tsx';

interface AgentsPageProps {
  client: DaemonClient;
  known: KnownAgents;
  name: string;
  role: SessionRole;
  banner: ReactNode;
  go: (route: Route) => void;
  archive: (agent: AgentSummary, archived: boolean) => Promise<boolean>;
}

/** The first page: is it connected, does an agent need me, what happened. */
export function AgentsPage({ client, known, name, role, banner, go, archive }: AgentsPageProps) {
  const { agents, seenAt } = known;
  const maySteer = role === 'full';
  return (
    <div className="page">
      <PageHeader title={name}>
        <ConnectionButton client={client} onOpen={() => go({ page: 'daemon' })} />
      </PageHeader>
      <main className="page-main">
        {agents === null && <Skeleton rows={5} label="Loading agents" />}
        {agents !== null && agents.length === 0 && (
          <div className="page-empty">
            <Blank title="No agents yet">
              {maySteer
                ? 'Start one in a folder of your computer.'
                : 'Agents that are started on your computer appear here.'}
            </Blank>
          </div>
        )}
        {agents !== null && agents.length > 0 && (
          <AgentList agents={agents} selectedId={null} onSelect={(agentId) => go({ page: 'agent', agentId })} />
        )}
        {agents !== null && (
          <ArchivedAgents
            client={client}
            shown={agents.length}
            onOpen={(agentId) => go({ page: 'agent', agentId })}
            onRestore={maySteer ? (agent) => archive(agent, false) : null}
          />
        )}
      </main>
      {/* Below the list, so that nothing moves under the finger when the connection goes. */}
      {agents !== null && seenAt !== null && <SeenAt at={seenAt} />}
      {banner}
      {maySteer && (
        <footer className="page-action">
          <button type="button" className="button button-primary" onClick={() => go({ page: 'start' })}>
            <Plus className="icon" aria-hidden="true" />
            Start agent
          </button>
        </footer>
      )}
    </div>
  );
}
