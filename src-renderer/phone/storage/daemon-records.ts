import { KnownDaemon } from '../../../src-shared/client/known-daemon.ts';
import type { DaemonStore } from '../../../src-shared/client/known-daemon.ts';
import { inTransaction, requested } from './database.ts';

/** The daemons this browser has paired with. A record that is not one (another version, damaged) counts as absent. */
export function daemonRecords(database: IDBDatabase): DaemonStore {
  return {
    list: () =>
      inTransaction(database, ['daemons'], 'readonly', async ([store]) => {
        const stored: unknown[] = await requested(store.getAll());
        return stored.flatMap((value) => {
          const record = KnownDaemon.safeParse(value);
          return record.success ? [record.data] : [];
        });
      }),
    get: (id) =>
      inTransaction(database, ['daemons'], 'readonly', async ([store]) => {
        const record = KnownDaemon.safeParse(await requested<unknown>(store.get(id)));
        return record.success ? record.data : null;
      }),
    put: (record) =>
      inTransaction(database, ['daemons'], 'readwrite', async ([store]) => {
        await requested(store.put(record));
      }),
    remove: (id) =>
      inTransaction(database, ['daemons'], 'readwrite', async ([store]) => {
        await requested(store.delete(id));
      }),
  };
}
