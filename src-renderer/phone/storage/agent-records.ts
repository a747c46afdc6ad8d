import { z } from 'zod';
import { Timestamp } from '../../../src-shared/ids.ts';
import { AgentSummary } from '../../../src-shared/wire/agent.ts';
import { inTransaction, requested } from './database.ts';

/** Agents kept per daemon for a start without a connection: what a person scrolls through, not what a disk could hold. */
const MAX_KEPT_AGENTS = 200;

const KeptAgents = z.strictObject({ daemonId: z.string(), at: Timestamp, agents: z.array(AgentSummary) });
export type KeptAgents = Omit<z.infer<typeof KeptAgents>, 'daemonId'>;

/** The list of agents as it was last known. Unlike the keys it may be lost: then it is asked for again. */
export interface AgentRecords {
  get(daemonId: string): Promise<KeptAgents | null>;
  /** Keeps the newest. Does nothing for a daemon that was forgotten meanwhile. */
  put(daemonId: string, kept: KeptAgents): Promise<void>;
  remove(daemonId: string): Promise<void>;
}

export function agentRecords(database: IDBDatabase): AgentRecords {
  return {
    get: (daemonId) =>
      inTransaction(database, ['agents'], 'readonly', async ([store]) => {
        const kept = KeptAgents.safeParse(await requested<unknown>(store.get(daemonId)));
        return kept.success ? { at: kept.data.at, agents: kept.data.agents } : null;
      }),
    put: (daemonId, { at, agents }) =>
      inTransaction(database, ['agents', 'daemons'], 'readwrite', async ([store, daemons]) => {
        if ((await requested(daemons.getKey(daemonId))) === undefined) return;
        const newest = agents.toSorted((a, b) => (a.updatedAt < b.updatedAt ? 1 : -1)).slice(0, MAX_KEPT_AGENTS);
        await requested(store.put({ daemonId, at, agents: newest }));
      }),
    remove: (daemonId) =>
      inTransaction(database, ['agents'], 'readwrite', async ([store]) => {
        await requested(store.delete(daemonId));
      }),
  };
}
