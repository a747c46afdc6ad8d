import { useCallback } from 'react';
import type { ReactNode } from 'react';
import type { DaemonClient } from '../../src-shared/client/daemon-client.ts';
import type { SessionRole } from '../../src-shared/devices.ts';
import type { AgentSummary } from '../../src-shared/wire/agent.ts';
import type { QuestionAction, QuestionValues } from '../../src-shared/wire/question.ts';
import { AgentFooter } from './AgentFooter.tsx';
import { AgentHeader } from './AgentHeader.tsx';
import { PicturesContext, usePictures } from './AttachmentView.tsx';
import { Skeleton } from './Blank.tsx';
import { Conversation } from './Conversation.tsx';
import { useDetail } from './use-detail.ts';
import { useFollower } from './use-follower.ts';
import { useWatchable } from './use-watchable.ts';
import { revealHidden } from './visible-text.ts';
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
  const agentId = agent.id;
  const follower = useFollower(client, agentId);
  const detail = useDetail(follower);
  const pictures = usePictures(client, agentId);
  const connected = useWatchable(client.state).state === 'connected';
  const answerPermission = useCallback(
    async (requestId: string, optionId: string | null) => {
      await client.command('permission.answer', { agentId, requestId, optionId });
    },
    [client, agentId],
  );
  const answerQuestion = useCallback(
    async (questionId: string, action: QuestionAction, values: QuestionValues | null) => {
      await client.command('question.answer', { agentId, questionId, action, values });
    },
    [client, agentId],
  );
  const release = useCallback(async () => {
    await client.command('agent.release', { agentId });
  }, [client, agentId]);
  const asked = agent.pending[0]?.title ?? agent.questions[0]?.message;
  return (
    <article className="agent-view" aria-label={agent.title}>
      <AgentHeader
        agent={agent}
        back={back}
        continueCommand={detail?.continueCommand ?? null}
        canSteer={role === 'full' || role === 'owner'}
        onArchive={onArchive}
        onRelease={release}
      />
      <p className="visually-hidden" role="status">
        {asked !== undefined && `It asks: ${revealHidden(asked)}`}
      </p>
      <div className="agent-conversation">
        {follower === null ? (
          <Skeleton rows={5} label="Loading the conversation" />
        ) : (
          <PicturesContext value={pictures}>
            <Conversation
              follower={follower}
              agent={agent}
              connected={connected}
              canAnswer={role !== 'view'}
              onAnswerPermission={answerPermission}
              onAnswerQuestion={answerQuestion}
            />
          </PicturesContext>
        )}
        {notice !== undefined && <div className="agent-notice">{notice}</div>}
      </div>
      <AgentFooter client={client} agent={agent} detail={detail} role={role} connected={connected} />
    </article>
  );
}
