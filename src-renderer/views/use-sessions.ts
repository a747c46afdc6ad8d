import { useCallback, useEffect, useRef, useState } from 'react';
import type { DaemonClient } from '../../src-shared/client/daemon-client.ts';
import type { ExternalSession } from '../../src-shared/wire/agent.ts';
import { failureWords } from './failure-words.ts';
import { useWatchable } from './use-watchable.ts';

export interface Sessions {
  /** null until the first page is there. */
  readonly sessions: readonly ExternalSession[] | null;
  /** There is another page. */
  readonly more: boolean;
  readonly loading: boolean;
  readonly error: string | null;
  /** The next page, or the one that failed. */
  loadMore(): void;
  /** From the beginning. */
  reload(): void;
}

interface Pages {
  readonly sessions: readonly ExternalSession[];
  readonly cursor: string | null;
}

/** The sessions that a provider's own program has, page by page. */
export function useSessions(client: DaemonClient, provider: string): Sessions {
  const connected = useWatchable(client.state).state === 'connected';
  const [pages, setPages] = useState<Pages | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [loading, setLoading] = useState(false);
  const asking = useRef<AbortController | null>(null);

  const ask = useCallback(
    (before: Pages | null) => {
      asking.current?.abort();
      const abort = (asking.current = new AbortController());
      setLoading(true);
      setError(null);
      const params = { provider, cwd: null, cursor: before?.cursor ?? null };
      client
        .query('sessions.list', params, abort.signal)
        .then(
          ({ sessions, cursor }) => {
            if (abort.signal.aborted) return;
            const known = new Set(before?.sessions.map(({ sessionId }) => sessionId));
            // One that was used meanwhile has moved to a page that was already there.
            const fresh = sessions.filter(({ sessionId }) => !known.has(sessionId));
            setPages({ sessions: [...(before?.sessions ?? []), ...fresh], cursor });
          },
          (failure: unknown) => {
            if (!abort.signal.aborted) setError(failureWords(failure));
          },
        )
        .finally(() => {
          if (!abort.signal.aborted) setLoading(false);
        });
    },
    [client, provider],
  );

  useEffect(() => {
    setPages(null);
    return () => asking.current?.abort();
  }, [ask]);
  const missing = pages === null;
  useEffect(() => {
    if (connected && missing) ask(null);
  }, [connected, missing, ask]);

  return {
    sessions: pages?.sessions ?? null,
    more: pages !== null && pages.cursor !== null,
    loading,
    error,
    loadMore: () => ask(pages),
    reload: () => ask(null),
  };
}
