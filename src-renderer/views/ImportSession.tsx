import { useState } from 'react';
import type { DaemonClient } from '../../src-shared/client/daemon-client.ts';
import type { ExternalSession, ProviderSummary } from '../../src-shared/wire/agent.ts';
import { Banner } from './Banner.tsx';
import { Blank, Skeleton } from './Blank.tsx';
import { failureWords } from './failure-words.ts';
import { inOrder } from './provider-words.ts';
import { agoWords, fullTime } from './time-words.ts';
import { TryAgain } from './TryAgain.tsx';
import { useNow } from './use-now.ts';
import { useQuery } from './use-query.ts';
import { useSessions } from './use-sessions.ts';
import { revealHidden } from './visible-text.ts';
import './import-session.css';

interface ImportSessionProps {
  client: DaemonClient;
  /** Shows the agent, new or old. */
  onOpen: (agentId: string) => void;
}

/** Sessions that were begun in an agent's own terminal program, to go on with here. */
export function ImportSession({ client, onOpen }: ImportSessionProps) {
  const providers = useQuery(client, 'providers.list', {});
  const [chosen, setChosen] = useState<string | null>(null);
  const able = inOrder(providers.data?.providers ?? []).filter((each) => each.state === 'ready' && each.listsSessions);
  const provider = able.find(({ id }) => id === chosen) ?? able[0] ?? null;

  if (providers.data === null && providers.error !== null)
    return (
      <Blank error title="The list of agents could not be loaded" actions={<TryAgain query={providers} />}>
        {providers.error}
      </Blank>
    );
  if (providers.data === null) return <Skeleton rows={6} label="Loading sessions" />;
  if (provider === null)
    return <Blank title="No sessions to continue">No agent that is ready here can list its sessions.</Blank>;
  return (
    <div className="import">
      <p className="note">
        Begun in a terminal of your computer. What was said there becomes the beginning of the conversation here.
      </p>
      {able.length > 1 && (
        <div className="row" role="group" aria-label="Agent">
          {able.map(({ id, label }) => (
            <button
              key={id}
              type="button"
              className={`button${id === provider.id ? ' import-chosen' : ''}`}
              aria-pressed={id === provider.id}
              onClick={() => setChosen(id)}
            >
              {revealHidden(label)}
            </button>
          ))}
        </div>
      )}
      <SessionList key={provider.id} client={client} provider={provider} onOpen={onOpen} />
    </div>
  );
}

function SessionList({ client, provider, onOpen }: ImportSessionProps & { provider: ProviderSummary }) {
  const list = useSessions(client, provider.id);
  const { sessions, more, loading, error, loadMore } = list;
  const [importing, setImporting] = useState<string | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const now = useNow(60_000);

  const choose = ({ agentId, sessionId, cwd }: ExternalSession) => {
    if (agentId !== null) return onOpen(agentId);
    setImporting(sessionId);
    setFailure(null);
    client
      .command('agent.import', { provider: provider.id, cwd, sessionId })
      .then(
        (made) => onOpen(made.agentId),
        (reason: unknown) => setFailure(failureWords(reason)),
      )
      .finally(() => setImporting(null));
  };

  if (sessions === null && error !== null)
    return (
      <Blank error title="The sessions could not be loaded" actions={<TryAgain query={list} />}>
        {error}
      </Blank>
    );
  if (sessions === null) return <Skeleton rows={6} label="Loading sessions" />;
  if (sessions.length === 0 && !more)
    return <Blank title="No sessions yet">{revealHidden(provider.label)} has none on this computer.</Blank>;
  return (
    <>
      {failure !== null && <Banner tone="error">{failure}</Banner>}
      <ul className="import-rows" aria-label={`Sessions of ${provider.label}`}>
        {sessions.map((session) => (
          <li key={session.sessionId} className="import-row">
            <span className="grow">
              <span className="one-line import-title">{titleOf(session)}</span>
              <span className="faint one-line import-place" title={session.cwd}>
                {session.updatedAt !== null && (
                  <time dateTime={session.updatedAt} title={fullTime(session.updatedAt)}>
                    {agoWords(session.updatedAt, now)},{' '}
                  </time>
                )}
                {revealHidden(session.cwd)}
              </span>
            </span>
            <button
              type="button"
              className="button"
              disabled={importing !== null}
              aria-label={`${session.agentId === null ? 'Continue' : 'Open'} ${titleOf(session)}`}
              onClick={() => choose(session)}
            >
              {importing === session.sessionId ? 'Loading' : session.agentId === null ? 'Continue' : 'Open'}
            </button>
          </li>
        ))}
      </ul>
      {error !== null && (
        <p className="error-text" role="alert">
          {error}
        </p>
      )}
      {more && (
        <button type="button" className="button" disabled={loading} onClick={loadMore}>
          {loading ? 'Loading' : error === null ? 'Show older' : 'Try again'}
        </button>
      )}
    </>
  );
}

function titleOf({ title }: ExternalSession): string {
  return revealHidden(title) || 'Without a title';
}
