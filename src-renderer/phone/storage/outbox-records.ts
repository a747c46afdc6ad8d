import { z } from 'zod';
import { OutboxState } from '../../../src-shared/client/outbox-store.ts';
import type { OutboxStore } from '../../../src-shared/client/outbox-store.ts';
import { inTransaction, requested, StorageError } from './database.ts';
import type { LiveTabs } from './live-tabs.ts';

/** One client instance's outbox and the tab that runs it. */
const StoredOutbox = OutboxState.extend({ daemonId: z.string(), owner: z.string() });
type StoredOutbox = z.infer<typeof StoredOutbox>;

/**
 * The outbox of this tab for one daemon. Loading takes over the outbox of a tab that is no longer open, with its instance and
 * its waiting commands, or makes a new one. A tab that was taken for gone (the system froze it) finds itself dispossessed at
 * its next write or connection and loads again.
 */
export function outboxRecords(
  database: IDBDatabase,
  daemonId: string,
  tabs: LiveTabs,
  newInstance: () => string,
): OutboxStore {
  let instance: string | null = null;

  const change = (edit: (outbox: StoredOutbox) => void) =>
    inTransaction(database, ['outboxes'], 'readwrite', async ([store]) => {
      const stored: unknown = instance === null ? undefined : await requested(store.get([daemonId, instance]));
      const outbox = StoredOutbox.safeParse(stored);
      if (!outbox.success || outbox.data.owner !== tabs.id)
        throw new StorageError('storage_failed', 'Another tab has taken this one’s place. Reload this tab.');
      edit(outbox.data);
      await requested(store.put(outbox.data));
    });

  return {
    load: async () => {
      const open = await tabs.others();
      return inTransaction(database, ['outboxes'], 'readwrite', async ([store]) => {
        const stored: unknown[] = await requested(store.getAll());
        const own = stored.flatMap((value) => {
          const outbox = StoredOutbox.safeParse(value);
          return outbox.success && outbox.data.daemonId === daemonId ? [outbox.data] : [];
        });
        const outbox = choose(own, tabs.id, open) ?? {
          daemonId,
          instance: newInstance(),
          lastCounter: 0,
          items: [],
          owner: tabs.id,
        };
        outbox.owner = tabs.id;
        await requested(store.put(outbox));
        instance = outbox.instance;
        return { instance, lastCounter: outbox.lastCounter, items: outbox.items };
      });
    },
    put: (item) =>
      change((outbox) => {
        outbox.items = [...outbox.items.filter((kept) => kept.n !== item.n), item].sort((a, b) => a.n - b.n);
        outbox.lastCounter = Math.max(outbox.lastCounter, item.n);
      }),
    remove: (n) =>
      change((outbox) => {
        outbox.items = outbox.items.filter((kept) => kept.n !== n);
      }),
  };
}

/** Forgets every outbox of a daemon: its keys are gone, so nothing in them could be sent any more. */
export function forgetOutboxes(database: IDBDatabase, daemonId: string): Promise<void> {
  return inTransaction(database, ['outboxes'], 'readwrite', async ([store]) => {
    for (const key of await requested(store.getAllKeys()))
      if (Array.isArray(key) && key[0] === daemonId) await requested(store.delete(key));
  });
}

/** One of this tab's own if it has one; otherwise an abandoned one, with waiting commands if there is such a one. */
function choose(outboxes: StoredOutbox[], tab: string, open: ReadonlySet<string>): StoredOutbox | undefined {
  const abandoned = outboxes.filter((outbox) => outbox.owner !== tab && !open.has(outbox.owner));
  return (
    outboxes.find((outbox) => outbox.owner === tab) ??
    abandoned.find((outbox) => outbox.items.length > 0) ??
    abandoned[0]
  );
}
