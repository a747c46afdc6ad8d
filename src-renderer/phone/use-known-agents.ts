import { useEffect, useState } from 'react';
import type { DaemonClient } from '../../src-shared/client/daemon-client.ts';
import type { AgentSummary } from '../../src-shared/wire/agent.ts';
import { useWatchable } from '../views/use-watchable.ts';
import type { KeptAgents } from './storage/agent-records.ts';
import type { PhoneStorage } from './storage/phone-storage.ts';

/** Changes come with every turn; the storage need not hear of each at once. */
const KEEP_AFTER_MS = 500;

export interface KnownAgents {
  /** null: nothing is known yet. */
  readonly agents: readonly AgentSummary[] | null;
  /** When they were like this; null while connected. */
  readonly seenAt: string | null;
}

/** The agents of a daemon: as they are, or as they were when it was last heard of, also by an earlier visit to this page. */
export function useKnownAgents(client: DaemonClient, storage: PhoneStorage, daemonId: string): KnownAgents {
  const live = useWatchable(client.agents);
  const connected = useWatchable(client.state).state === 'connected';
  const [kept, setKept] = useState<KeptAgents | null>(null);
  const [lostAt, setLostAt] = useState<string | null>(null);

  useEffect(() => {
    let over = false;
    // Without it the list is empty until the connection is there, as on a first visit.
    const show = (found: KeptAgents | null) => {
      if (!over) setKept(found);
    };
    storage.agents.get(daemonId).then(show, () => {});
    return () => {
      over = true;
    };
  }, [storage, daemonId]);

  useEffect(() => {
    if (!connected) return;
    return () => setLostAt(new Date().toISOString());
  }, [connected]);

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | null = null;
    const keep = () => {
      if (timer !== null) clearTimeout(timer);
      timer = null;
      const agents = client.agents.get();
      if (agents) storage.agents.put(daemonId, { at: new Date().toISOString(), agents }).catch(() => {});
    };
    const hidden = () => {
      // A phone ends pages in the background without another word.
      if (document.visibilityState === 'hidden' && client.state.get().state === 'connected') keep();
    };
    const unsubscribe = client.agents.subscribe(() => (timer ??= setTimeout(keep, KEEP_AFTER_MS)));
    document.addEventListener('visibilitychange', hidden);
    return () => {
      unsubscribe();
      document.removeEventListener('visibilitychange', hidden);
      if (timer !== null) clearTimeout(timer);
    };
  }, [client, storage, daemonId]);

  return {
    agents: live ?? kept?.agents ?? null,
    seenAt: connected ? null : live === null ? (kept?.at ?? null) : lostAt,
  };
}
