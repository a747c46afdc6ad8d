import { Archive, ArchiveRestore } from 'lucide-react';
import { useCallback } from 'react';
import type { ReactNode } from 'react';
import type { DaemonClient } from '../../src-shared/client/daemon-client.ts';
import type { SessionRole } from '../../src-shared/devices.ts';
import type { AgentSummary } from '../../src-shared/wire/agent.ts';
import { Composer } from './Composer.tsx';
import { Conversation } from './Conversation.tsx';
import { Skeleton } from './Blank.tsx';
import { Menu } from './Menu.tsx';
import { isBusy } from './state-words.ts';
import { StateBadge } from './StateBadge.tsx';
import { UnsentCommands } from './UnsentCommands.tsx';
import { useFollower } from './use-follower.ts';
import { useWatchable } from './use-watchable.ts';
import { folderName, revealHidden } from './visible-text.ts';
import './agent-view.css';

interface AgentViewProps {
  client: DaemonClient;
  agent: AgentSummary;
  /** null while it is not known (never connected yet). */
  role: SessionRole | null;
  /** The way back, where the list is another page. */
  back?: ReactNode;
  /** Said at the end of the conversation, over it, so that nothing that is read moves. */
  notice?: ReactNode;
  onArchive: (agent: AgentSummary, archived: boolean) => void;
}

/** One agent: who it is and how it stands, the conversation, and where to answer. Give it the agent's id as key. */
export function AgentView({ client, agent, role, back, notice, onArchive }: AgentViewProps) {
  const follower = useFollower(client, agent.id);
  const answer = useCallback(
    async (requestId: string, optionId: string | null) => {
      await client.command('permission.answer', { agentId: agent.id, requestId, optionId });
    },
    [client, agent.id],
  );
  const connected = useWatchable(client.state).state === 'connected';
  const canAnswer = role !== 'view';
  const pending = agent.pending[0];
  return (
    <article className="agent-view" aria-label={agent.title}>
      <header className="agent-header">
        {back}
        <div className="grow">
          <h1 className="one-line">{revealHidden(agent.title)}</h1>
          <p className="faint one-line" title={agent.cwd}>
            {folderName(agent.cwd)}, {agent.providerLabel}
          </p>
        </div>
        <StateBadge state={agent.state} />
        {(role === 'full' || role === 'owner') && (
          <Menu
            label="More for this agent"
            items={[
              agent.archived
                ? {
                    id: 'restore',
                    label: 'Bring back',
                    icon: <ArchiveRestore className="icon" aria-hidden="true" />,
                    onSelect: () => onArchive(agent, false),
                  }
                : {
                    id: 'archive',
                    label: 'Archive',
                    icon: <Archive className="icon" aria-hidden="true" />,
                    onSelect: () => onArchive(agent, true),
                  },
            ]}
          />
        )}
      </header>
      <p className="visually-hidden" role="status">
        {pending && `It asks: ${revealHidden(pending.title)}`}
      </p>
      <div className="agent-conversation">
        {follower === null ? (
          <Skeleton rows={5} label="Loading the conversation" />
        ) : (
          <Conversation
            follower={follower}
            agent={agent}
            connected={connected}
            canAnswer={canAnswer}
            onAnswer={answer}
          />
        )}
        {notice !== undefined && <div className="agent-notice">{notice}</div>}
      </div>
      <footer className="agent-footer">
        <UnsentCommands client={client} agentId={agent.id} />
        {agent.error !== null && (agent.state === 'failed' || agent.state === 'interrupted') && (
          <p className="agent-error error-text">{revealHidden(agent.error)}</p>
        )}
        <Composer
          draftKey={agent.id}
          placeholder={`Message ${agent.providerLabel}`}
          locked={lockedWords(role, agent)}
          busy={isBusy(agent.state)}
          onSend={async (text) => {
            await client.command('agent.prompt', { agentId: agent.id, text });
          }}
          onStop={async () => {
            await client.command('agent.cancel', { agentId: agent.id });
          }}
        />
      </footer>
    </article>
  );
}

function lockedWords(role: SessionRole | null, agent: AgentSummary): string | null {
  if (role === 'view') return 'This device may only look.';
  if (role === 'approve') return 'This device may answer requests, not send messages.';
  if (agent.archived) return 'This agent is archived. Bring it back to send messages.';
  return null;
}
