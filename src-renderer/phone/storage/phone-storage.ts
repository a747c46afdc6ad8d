import { toHex } from '../../../src-shared/bytes.ts';
import type { DaemonStore } from '../../../src-shared/client/known-daemon.ts';
import type { OutboxStore } from '../../../src-shared/client/outbox-store.ts';
import { agentRecords } from './agent-records.ts';
import type { AgentRecords } from './agent-records.ts';
import { daemonRecords } from './daemon-records.ts';
import { openDatabase } from './database.ts';
import { LiveTabs } from './live-tabs.ts';
import { forgetOutboxes, outboxRecords } from './outbox-records.ts';

/** Everything this browser keeps. */
export interface PhoneStorage {
  readonly daemons: DaemonStore;
  readonly agents: AgentRecords;
  outbox(daemonId: string): OutboxStore;
  /** Removes a daemon with its keys, its outboxes and what is known of its agents. */
  forget(daemonId: string): Promise<void>;
}

/** Opens the storage of this page. Rejects with `StorageError`. */
export async function openStorage(): Promise<PhoneStorage> {
  const database = await openDatabase();
  const tabs = new LiveTabs(randomId(), new BroadcastChannel('paseo-tabs'));
  tabs.start();
  const daemons = daemonRecords(database);
  const agents = agentRecords(database);
  return {
    daemons,
    agents,
    outbox: (daemonId) => outboxRecords(database, daemonId, tabs, randomId),
    forget: async (daemonId) => {
      await daemons.remove(daemonId);
      await forgetOutboxes(database, daemonId);
      await agents.remove(daemonId);
    },
  };
}

/** Asks the browser not to clear the keys when space gets short; over plain http it cannot be asked. */
export async function keepStorage(): Promise<void> {
  const storage = navigator.storage as StorageManager | undefined;
  try {
    await storage?.persist();
  } catch {
    // It stays as it was.
  }
}

/** 128 random bits in hex. */
export function randomId(): string {
  return toHex(crypto.getRandomValues(new Uint8Array(16)));
}
