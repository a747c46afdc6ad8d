import { useEffect, useState } from 'react';
import type { DaemonClient } from '../../src-shared/client/daemon-client.ts';
import { Banner } from './Banner.tsx';
import { connectionWords } from './connection-words.ts';
import { useNow } from './use-now.ts';
import { useWatchable } from './use-watchable.ts';

/** A connection that comes within this time is not worth a line that pushes the view down. */
const PATIENCE_MS = 700;

/** Says that the daemon cannot be reached, what that means and when it is tried again. Nothing while connected. */
export function ConnectionBanner({ client, daemonName }: { client: DaemonClient; daemonName: string }) {
  const state = useWatchable(client.state);
  const now = useNow(1000, state.state === 'offline');
  const patient = usePatience(state.state === 'connecting');
  const words = connectionWords(state, daemonName, now);
  if (words === null || patient) return null;
  if (state.state === 'connecting') return <Banner tone="busy">{words}</Banner>;
  return (
    <Banner
      tone={state.state === 'ended' ? 'error' : 'warning'}
      action={
        state.state === 'offline' && (
          <button type="button" className="button" onClick={() => client.retryNow()}>
            Retry now
          </button>
        )
      }
    >
      {words}
    </Banner>
  );
}

function usePatience(waiting: boolean): boolean {
  const [patient, setPatient] = useState(true);
  useEffect(() => {
    if (!waiting) return;
    setPatient(true);
    const timer = setTimeout(() => setPatient(false), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [waiting]);
  return waiting && patient;
}
