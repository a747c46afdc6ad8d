import type { DaemonClient } from '../../src-shared/client/daemon-client.ts';
import type { SessionRole } from '../../src-shared/devices.ts';
import type { AgentSummary } from '../../src-shared/wire/agent.ts';
import type { AgentDetail } from '../../src-shared/wire/detail.ts';
import { Composer } from './Composer.tsx';
import { QueueList } from './QueueList.tsx';
import { SessionOptions } from './SessionOptions.tsx';
import { isBusy } from './state-words.ts';
import { TroubleCard } from './TroubleCard.tsx';
import { UnsentCommands } from './UnsentCommands.tsx';
import { UsageWords } from './UsageWords.tsx';

interface AgentFooterProps {
  client: DaemonClient;
  agent: AgentSummary;
  /** null while it is not known. */
  detail: AgentDetail | null;
  role: SessionRole | null;
  connected: boolean;
}

/** Below the conversation: what stands in the way, what waits, and where to write and choose. */
export function AgentFooter({ client, agent, detail, role, connected }: AgentFooterProps) {
  const agentId = agent.id;
  const locked = lockedWords(role, agent);
  const canSteer = locked === null;
  const { options = [], usage = null, queue = [] } = detail ?? {};
  return (
    <footer className="agent-footer">
      <div className="agent-waiting">
        <UnsentCommands client={client} agentId={agentId} />
        <TroubleCard
          agent={agent}
          login={detail?.login ?? null}
          canSteer={canSteer}
          connected={connected}
          onResume={async () => void (await client.command('agent.resume', { agentId }))}
        />
        <QueueList
          client={client}
          agentId={agentId}
          queue={queue}
          paused={detail?.queuePaused === true}
          state={agent.state}
          canSteer={canSteer}
          connected={connected}
          onEdit={async (queuedId, text) => void (await client.command('queue.edit', { agentId, queuedId, text }))}
          onRemove={async (queuedId) => void (await client.command('queue.remove', { agentId, queuedId }))}
          onResume={async () => void (await client.command('queue.resume', { agentId }))}
        />
      </div>
      <Composer
        client={client}
        draftKey={agentId}
        cwd={agent.cwd}
        commands={detail?.commands ?? []}
        placeholder={`Message ${agent.providerLabel}`}
        locked={locked}
        busy={isBusy(agent.state)}
        onSend={async (message) => void (await client.command('agent.prompt', { agentId, ...message }))}
        onStop={async () => void (await client.command('agent.cancel', { agentId }))}
      />
      {(options.length > 0 || usage !== null) && (
        <div className="agent-session">
          <SessionOptions
            options={options}
            locked={locked ?? (connected ? null : 'Options can be changed when the connection is back.')}
            onChange={async (optionId, value) =>
              void (await client.command('agent.set-option', { agentId, optionId, value }))
            }
          />
          {usage !== null && <UsageWords usage={usage} />}
        </div>
      )}
    </footer>
  );
}

function lockedWords(role: SessionRole | null, agent: AgentSummary): string | null {
  if (role === 'view') return 'This device may only look.';
  if (role === 'approve') return 'This device may answer requests, not send messages.';
  if (agent.archived) return 'This agent is archived. Bring it back to send messages.';
  return null;
}
