import { useVirtualizer } from '@tanstack/react-virtual';
import { ArrowDown, MessageSquare } from 'lucide-react';
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { AgentFollower } from '../../src-shared/client/agent-follower.ts';
import type { AgentState, AgentSummary } from '../../src-shared/wire/agent.ts';
import { Blank, Skeleton } from './Blank.tsx';
import { isOpenRequest } from './conversation-items.ts';
import type { ConversationItem } from './conversation-items.ts';
import { foldConversation } from './conversation-model.ts';
import type { DrawRequest } from './ConversationRow.tsx';
import { ConversationRow } from './ConversationRow.tsx';
import { failureWords } from './failure-words.ts';
import { OpenRowsContext, useOpenRows } from './open-rows.ts';
import { PermissionCard } from './PermissionCard.tsx';
import type { QuestionCardProps } from './QuestionCard.tsx';
import { QuestionCard } from './QuestionCard.tsx';
import { isBusy } from './state-words.ts';
import { TurnProgress } from './TurnProgress.tsx';
import { useDebounced } from './use-debounced.ts';
import { END_THRESHOLD, useFollowEnd } from './use-follow-end.ts';
import { useTallRequest } from './use-tall-request.ts';
import { useFrameWatchable } from './use-watchable.ts';
import './conversation.css';

/** Before a row was measured; close to one line of prose with its space. */
const ROW_ESTIMATE = 56;
/** Older entries are fetched when this many rows or fewer are above the view. */
const PREFETCH_ROWS = 4;
/** Quick loads show no sign, so that nothing flickers. */
const LOADING_SHOWN_MS = 200;

interface ConversationProps {
  follower: AgentFollower;
  agent: AgentSummary;
  connected: boolean;
  canAnswer: boolean;
  onAnswerPermission: (requestId: string, optionId: string | null) => Promise<void>;
  onAnswerQuestion: QuestionCardProps['onAnswer'];
}

/** An agent's timeline. The newest stays in view only while the reader is at the end; older pages come on scrolling up. */
export function Conversation(props: ConversationProps) {
  const { follower, agent, connected, canAnswer, onAnswerPermission, onAnswerQuestion } = props;
  const view = useFrameWatchable(follower.view);
  const items = useMemo(() => foldConversation(view.entries), [view.entries]);
  const openRows = useOpenRows();
  const { providerLabel, title, cwd } = agent;
  const request: DrawRequest = useCallback(
    (item) =>
      item.kind === 'permission' ? (
        <PermissionCard
          item={item}
          agentName={providerLabel}
          agentTitle={title}
          cwd={cwd}
          canAnswer={canAnswer}
          onAnswer={onAnswerPermission}
        />
      ) : (
        <QuestionCard
          item={item}
          agentName={providerLabel}
          canAnswer={canAnswer}
          connected={connected}
          onAnswer={onAnswerQuestion}
        />
      ),
    [providerLabel, title, cwd, canAnswer, connected, onAnswerPermission, onAnswerQuestion],
  );

  if (view.status === 'gone')
    return <Blank title="This agent is no longer there">It was removed on the computer. Choose another one.</Blank>;
  if (items.length === 0 && view.status === 'loading' && !connected)
    return <Blank title="Not loaded yet">The conversation appears when your computer can be reached.</Blank>;
  if (items.length === 0 && view.status === 'loading') return <Skeleton rows={5} label="Loading the conversation" />;
  if (items.length === 0)
    return (
      <Blank icon={<MessageSquare className="icon-large" aria-hidden="true" />} title="Nothing said yet">
        Tell {agent.providerLabel} what to do.
      </Blank>
    );
  return (
    <OpenRowsContext value={openRows}>
      <div className="conversation">
        <Rows
          items={items}
          follower={follower}
          atStart={view.atStart}
          request={request}
          turn={connected && isBusy(agent.state) ? agent.state : null}
        />
      </div>
    </OpenRowsContext>
  );
}

interface RowsProps {
  items: ConversationItem[];
  follower: AgentFollower;
  atStart: boolean;
  request: DrawRequest;
  /** How a running turn stands; null while none runs, as far as known. */
  turn: AgentState | null;
}

function Rows({ items, follower, atStart, request, turn }: RowsProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const [following, setFollowing] = useState(true);
  const virtualizer = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_ESTIMATE,
    getItemKey: (index) => items[index]!.key,
    // Keeps what is read in place when older pages come before it.
    anchorTo: 'end',
    followOnAppend: following,
    // Nobody is less than nothing away from the end: then it is not followed.
    scrollEndThreshold: following ? END_THRESHOLD : -1,
    overscan: 6,
  });
  useLayoutEffect(() => virtualizer.scrollToEnd(), [virtualizer]);
  const last = items.at(-1)!;
  // Who reads a request from its beginning may be near its end.
  useFollowEnd(scroller, virtualizer, following, setFollowing, isOpenRequest(last) ? 1 : END_THRESHOLD);
  useTallRequest(scroller, virtualizer, { item: last, index: items.length - 1 }, following, setFollowing);

  const rows = virtualizer.getVirtualItems();
  const older = useOlderPages(follower, atStart, (rows[0]?.index ?? Infinity) <= PREFETCH_ROWS);

  const long = useDebounced(older.loading, LOADING_SHOWN_MS);

  const lastSeq = last.seq;
  const [seenSeq, setSeenSeq] = useState(lastSeq);
  useEffect(() => {
    if (following) setSeenSeq(lastSeq);
  }, [following, lastSeq]);
  const unseen = following ? 0 : items.filter((item) => item.seq > seenSeq).length;
  const showNewest = () => {
    setFollowing(true);
    virtualizer.scrollToEnd();
  };

  const asked = turn === 'needs-you' ? items.findIndex(isOpenRequest) : -1;
  const { startIndex = 0, endIndex = Infinity } = virtualizer.range ?? {};
  const outOfView = asked >= 0 && (asked < startIndex || asked > endIndex);
  const showRequest = () => {
    setFollowing(false);
    virtualizer.scrollToIndex(asked, { align: 'start' });
  };

  return (
    <>
      <div className="conversation-main">
        <div
          className="conversation-scroll"
          ref={scroller}
          tabIndex={0}
          role="log"
          aria-live="off"
          aria-label="Conversation"
        >
          {older.error !== null && (
            <p className="conversation-older error-text" role="alert">
              Older entries could not be loaded. {older.error}{' '}
              <button type="button" className="link" onClick={older.retry}>
                Try again
              </button>
            </p>
          )}
          <div className="conversation-rows" style={{ height: virtualizer.getTotalSize() }}>
            {rows.map((row) => (
              <div
                key={row.key}
                ref={virtualizer.measureElement}
                data-index={row.index}
                className="conversation-row"
                style={{ transform: `translateY(${row.start}px)` }}
              >
                <div className="conversation-column">
                  <ConversationRow item={items[row.index]!} request={request} />
                </div>
              </div>
            ))}
          </div>
        </div>
        {older.loading && long && (
          <p className="conversation-loading note" role="status">
            Loading older entries
          </p>
        )}
        {!following && !virtualizer.isAtEnd(END_THRESHOLD) && (
          <button type="button" className="button conversation-new" onClick={showNewest}>
            <ArrowDown className="icon" aria-hidden="true" />
            {unseen > 0 ? `${unseen} new` : 'Newest'}
          </button>
        )}
      </div>
      {turn !== null && <TurnProgress items={items} state={turn} onShowRequest={outOfView ? showRequest : null} />}
    </>
  );
}

/** Fetches one older page at a time while its place is near. */
function useOlderPages(follower: AgentFollower, atStart: boolean, near: boolean) {
  const [loading, setLoading] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const wanted = near && !atStart && !loading && error === null;
  useEffect(() => {
    if (!wanted) return;
    setLoading(true);
    follower
      .loadOlder()
      .catch((failure: unknown) => setError(failureWords(failure)))
      .finally(() => setLoading(false));
  }, [wanted, follower]);
  return { loading, error, retry: () => setError(null) };
}
