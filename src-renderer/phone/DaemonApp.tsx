import { ChevronLeft } from 'lucide-react';
import { useState } from 'react';
import type { DaemonClient } from '../../src-shared/client/daemon-client.ts';
import type { KnownDaemon } from '../../src-shared/client/known-daemon.ts';
import { AgentView } from '../views/AgentView.tsx';
import { Blank, Skeleton } from '../views/Blank.tsx';
import { ConnectionBanner } from '../views/ConnectionBanner.tsx';
import { ImportSession } from '../views/ImportSession.tsx';
import { StartAgent } from '../views/StartAgent.tsx';
import { useArchive } from '../views/use-archive.tsx';
import { useAgent } from '../views/use-agent.ts';
import { useWatchable } from '../views/use-watchable.ts';
import { AgentsPage } from './AgentsPage.tsx';
import { DaemonPage } from './DaemonPage.tsx';
import { PageHeader } from './PageHeader.tsx';
import { useRoute } from './route.ts';
import type { PhoneStorage } from './storage/phone-storage.ts';
import { useKnownAgents } from './use-known-agents.ts';
import { usePhoneClient } from './use-phone-client.ts';

interface DaemonAppProps {
  storage: PhoneStorage;
  record: KnownDaemon;
  daemons: readonly KnownDaemon[];
  onChoose: (id: string) => void;
  onLink: (link: string) => void;
  onForgotten: () => void;
}

/** Everything about one paired daemon. */
export function DaemonApp(props: DaemonAppProps) {
  const [round, setRound] = useState(0);
  const client = usePhoneClient(props.storage, props.record, round);
  if (client === null) return <Skeleton rows={5} />;
  return <Pages {...props} client={client} onTryAgain={() => setRound((before) => before + 1)} />;
}

function Pages({
  storage,
  record,
  daemons,
  client,
  onChoose,
  onLink,
  onForgotten,
  onTryAgain,
}: DaemonAppProps & { client: DaemonClient; onTryAgain: () => void }) {
  const { route, go, replace, back } = useRoute();
  const state = useWatchable(client.state);
  const welcome = useWatchable(client.welcome);
  const known = useKnownAgents(client, storage, record.id);
  const { agent, loading } = useAgent(client, known.agents, route.page === 'agent' ? route.agentId : null);
  const { archive, toast } = useArchive(client);
  const name = welcome?.daemonName ?? record.name;
  const role = welcome?.role ?? record.role;

  const forget = async () => {
    await client.stop();
    await storage.forget(record.id);
    onForgotten();
  };

  if (state.state === 'ended' && (state.reason === 'revoked' || state.reason === 'unknown-device'))
    return (
      <main className="screen">
        <Blank
          error
          title={`“${name}” no longer knows this device`}
          actions={
            <>
              {/* "Revoked" is the daemon's own word. Refusals alone could also be a hostile relay's doing. */}
              {state.reason === 'unknown-device' && (
                <button type="button" className="button button-primary" onClick={onTryAgain}>
                  Try again
                </button>
              )}
              <button type="button" className="button" onClick={() => void forget()}>
                Forget this computer
              </button>
            </>
          }
        >
          {state.message} Your agents keep running.
        </Blank>
      </main>
    );

  const backButton = (
    <button type="button" className="button button-quiet button-icon page-back" aria-label="Back" onClick={back}>
      <ChevronLeft className="icon-medium" aria-hidden="true" />
    </button>
  );
  const banner = <ConnectionBanner client={client} daemonName={name} />;

  switch (route.page) {
    case 'agents':
      return (
        <>
          <AgentsPage client={client} known={known} name={name} role={role} banner={banner} go={go} archive={archive} />
          {toast}
        </>
      );
    case 'agent':
      return (
        <div className="page">
          <main className="page-main page-fixed">
            {agent ? (
              <AgentView
                key={agent.id}
                client={client}
                agent={agent}
                role={role}
                back={backButton}
                notice={banner}
                onArchive={(which, archived) => {
                  void archive(which, archived);
                  back();
                }}
              />
            ) : (
              <>
                <PageHeader title="Agent" back={backButton} />
                {loading ? (
                  <Skeleton rows={5} label="Loading the conversation" />
                ) : (
                  <Blank
                    title="Starting"
                    actions={
                      <button type="button" className="button" onClick={() => replace({ page: 'agents' })}>
                        All agents
                      </button>
                    }
                  >
                    The agent appears here in a moment. If it does not, it was removed.
                  </Blank>
                )}
              </>
            )}
          </main>
        </div>
      );
    case 'start':
      return (
        <div className="page">
          <PageHeader title="New agent" back={backButton} />
          <main className="page-main">
            <StartAgent
              client={client}
              onStarted={(agentId) => replace({ page: 'agent', agentId })}
              onImport={() => go({ page: 'import' })}
              onCancel={back}
            />
          </main>
          {banner}
        </div>
      );
    case 'import':
      return (
        <div className="page">
          <PageHeader title="Continue a session" back={backButton} />
          <main className="page-main">
            <ImportSession client={client} onOpen={(agentId) => replace({ page: 'agent', agentId })} />
          </main>
          {banner}
        </div>
      );
    case 'daemon':
      return (
        <div className="page">
          <PageHeader title="Connection" back={backButton} />
          <DaemonPage
            client={client}
            record={record}
            name={name}
            role={role}
            daemons={daemons}
            onChoose={(id) => {
              replace({ page: 'agents' });
              onChoose(id);
            }}
            onLink={onLink}
            onForget={forget}
          />
        </div>
      );
  }
}
