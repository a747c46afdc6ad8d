import { useCallback, useEffect, useState } from 'react';
import type { DaemonClient } from '../../src-shared/client/daemon-client.ts';
import type { Params, QueryMethod, Result } from '../../src-shared/wire/requests.ts';
import { failureWords } from './failure-words.ts';
import { useWatchable } from './use-watchable.ts';

export interface Query<T> {
  /** The last answer; kept while asking again. */
  readonly data: T | null;
  readonly error: string | null;
  readonly loading: boolean;
  /** Asks again. */
  reload(): void;
}

/** Asks the daemon now, whenever `params` (compared as JSON) change, and when the connection comes back; null asks nothing. */
export function useQuery<M extends QueryMethod>(
  client: DaemonClient,
  method: M,
  params: Params<M> | null,
): Query<Result<M>> {
  const connected = useWatchable(client.state).state === 'connected';
  const [answer, setAnswer] = useState<{ data: Result<M> | null; error: string | null }>({ data: null, error: null });
  const [loading, setLoading] = useState(true);
  const [round, setRound] = useState(0);
  const key = JSON.stringify(params);
  useEffect(() => {
    if (!connected || key === 'null') return;
    const abort = new AbortController();
    setLoading(true);
    client
      .query(method, JSON.parse(key) as Params<M>, abort.signal)
      .then(
        (data) => {
          if (!abort.signal.aborted) setAnswer({ data, error: null });
        },
        (failure: unknown) => {
          if (!abort.signal.aborted) setAnswer((before) => ({ ...before, error: failureWords(failure) }));
        },
      )
      .finally(() => {
        if (!abort.signal.aborted) setLoading(false);
      });
    return () => abort.abort();
  }, [client, method, key, connected, round]);
  return { ...answer, loading, reload: useCallback(() => setRound((before) => before + 1), []) };
}
