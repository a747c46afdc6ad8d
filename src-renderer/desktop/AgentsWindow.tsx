import { ChevronLeft, Plus, Settings, Smartphone } from 'lucide-react';
import type { LucideIcon } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { DaemonClient } from '../../src-shared/client/daemon-client.ts';
import type { AppState, DesktopApi, WindowName } from '../../src-shared/ipc/contract.ts';
import { AgentList } from '../views/AgentList.tsx';
import { AgentView } from '../views/AgentView.tsx';
import { ArchivedAgents } from '../views/ArchivedAgents.tsx';
import { Blank, Skeleton } from '../views/Blank.tsx';
import { ConnectionBanner } from '../views/ConnectionBanner.tsx';
import { ImportSession } from '../views/ImportSession.tsx';
import { StartAgent } from '../views/StartAgent.tsx';
import { useArchive } from '../views/use-archive.tsx';
import { useAgent } from '../views/use-agent.ts';
import { useWatchable } from '../views/use-watchable.ts';
import { FirstRun } from './FirstRun.tsx';
import { Notices } from './Notices.tsx';
import { StatusLine } from './StatusLine.tsx';
import { useIpc } from './use-ipc.ts';
import './agents-window.css';

interface AgentsWindowProps {
  api: DesktopApi;
  client: DaemonClient;
}

/** The main window: agents left, what is said right. */
export function AgentsWindow({ api, client }: AgentsWindowProps) {
  const app = useIpc(api, 'appState');
  if (app.failed)
    return (
      <Blank error title="Paseo does not answer">
        Quit Paseo from the tray menu and start it again.
      </Blank>
    );
  if (app.value?.error)
    return (
      <Blank error title="Paseo could not start">
        {app.value.error.message}
      </Blank>
    );
  return <Agents api={api} client={client} app={app.value} />;
}

/** `fresh`: it was started here a moment ago and may not be in the list yet. */
type Right = { show: 'agent'; agentId: string | null; fresh?: boolean } | { show: 'start' } | { show: 'import' };

function Agents({ api, client, app }: AgentsWindowProps & { app: AppState | null }) {
  const agents = useWatchable(client.agents);
  const devices = useWatchable(client.devices);
  const welcome = useWatchable(client.welcome);
  const [right, setRight] = useState<Right>({ show: 'agent', agentId: null });
  const { archive, toast } = useArchive(client);
  useEffect(() => api.on('showAgent', (agentId) => setRight({ show: 'agent', agentId })), [api]);
  const ready = app?.daemon != null;
  useEffect(() => {
    if (ready) client.retryNow();
  }, [client, ready]);

  const open = (name: WindowName) => void api.invoke('openWindow', { window: name, agentId: null });
  const start = () => setRight({ show: 'start' });
  const { agent: selected } = useAgent(client, agents, right.show === 'agent' ? right.agentId : null);
  const empty = agents !== null && agents.length === 0;
  const name = app?.daemon?.name ?? welcome?.daemonName ?? 'Paseo';

  return (
    <div className="agents-window">
      <Notices notices={app?.notices ?? []} daemon={app?.daemon ?? null} />
      {ready && <ConnectionBanner client={client} daemonName={name} />}
      <div className="agents-split">
        <div className="agents-left">
          <header className="agents-toolbar">
            <h1 className="grow one-line">{name}</h1>
            {/* While there is no agent the right side offers these two, larger and explained. */}
            {!empty && <ToolButton icon={Plus} label="New agent" onClick={start} />}
            {!empty && <ToolButton icon={Smartphone} label="Pair phone" onClick={() => open('pairing')} />}
            <ToolButton icon={Settings} label="Settings" onClick={() => open('settings')} />
          </header>
          <div className="agents-scroll">
            {agents === null ? (
              <Skeleton rows={4} label="Loading agents" />
            ) : (
              <AgentList
                agents={agents}
                selectedId={selected?.id ?? null}
                onSelect={(agentId) => setRight({ show: 'agent', agentId })}
              />
            )}
            {empty && <p className="note agents-none">No agents yet.</p>}
            {agents !== null && (
              <ArchivedAgents
                client={client}
                shown={agents.length}
                onOpen={(agentId) => setRight({ show: 'agent', agentId })}
                onRestore={(agent) => archive(agent, false)}
              />
            )}
          </div>
          <StatusLine api={api} daemon={app?.daemon ?? null} />
        </div>
        <main className="agents-right">
          {right.show === 'start' ? (
            <div className="agents-scroll">
              <StartAgent
                client={client}
                onStarted={(agentId) => setRight({ show: 'agent', agentId, fresh: true })}
                onImport={() => setRight({ show: 'import' })}
                onCancel={() => setRight({ show: 'agent', agentId: null })}
              />
            </div>
          ) : right.show === 'import' ? (
            <div className="agents-scroll">
              <header className="agent-header">
                <ToolButton icon={ChevronLeft} label="Back" onClick={start} />
                <h1>Continue a session</h1>
              </header>
              <ImportSession client={client} onOpen={(agentId) => setRight({ show: 'agent', agentId, fresh: true })} />
            </div>
          ) : selected ? (
            <AgentView
              key={selected.id}
              client={client}
              agent={selected}
              role={welcome?.role ?? null}
              onArchive={(agent, archived) => {
                void archive(agent, archived);
                if (archived) setRight({ show: 'agent', agentId: null });
              }}
            />
          ) : right.fresh === true ? (
            <Blank title="Starting">The agent appears here in a moment.</Blank>
          ) : empty ? (
            <FirstRun
              paired={devices === null ? null : devices.length > 0}
              onPair={() => open('pairing')}
              onStart={start}
            />
          ) : (
            agents !== null && <Blank title="Choose an agent">Its conversation is shown here.</Blank>
          )}
        </main>
      </div>
      {toast}
    </div>
  );
}

function ToolButton({ icon: Icon, label, onClick }: { icon: LucideIcon; label: string; onClick: () => void }) {
  return (
    <button
      type="button"
      className="button button-quiet button-icon"
      aria-label={label}
      title={label}
      onClick={onClick}
    >
      <Icon className="icon" aria-hidden="true" />
    </button>
  );
}
