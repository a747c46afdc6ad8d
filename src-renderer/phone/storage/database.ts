import { CodedError } from '../../../src-shared/coded-error.ts';

export class StorageError extends CodedError<'storage_unavailable' | 'storage_failed'> {}

const NAME = 'paseo';
const VERSION = 2;

type StoreName = 'daemons' | 'outboxes' | 'agents';

/** Opens the page's database: `daemons` (by id), `outboxes` (by daemon and instance), `agents` (by daemon). Rejects with {@link StorageError}. */
export function openDatabase(factory: IDBFactory | undefined = globalThis.indexedDB): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const refuse = (cause: unknown) =>
      reject(
        new StorageError(
          'storage_unavailable',
          'This browser does not let the page store anything, so it cannot remember your computer. Leave private browsing or allow storage for this page, then reload.',
          { cause },
        ),
      );
    if (!factory) {
      refuse(null);
      return;
    }
    try {
      const opening = factory.open(NAME, VERSION);
      opening.onupgradeneeded = ({ oldVersion }) => {
        if (oldVersion < 1) {
          opening.result.createObjectStore('daemons', { keyPath: 'id' });
          opening.result.createObjectStore('outboxes', { keyPath: ['daemonId', 'instance'] });
        }
        opening.result.createObjectStore('agents', { keyPath: 'daemonId' });
      };
      opening.onsuccess = () => {
        // A newer page wants another version of the database: let it, instead of blocking it.
        opening.result.onversionchange = () => opening.result.close();
        resolve(opening.result);
      };
      opening.onerror = () => refuse(opening.error);
    } catch (cause) {
      refuse(cause);
    }
  });
}

/**
 * Runs `work` in one transaction. Resolves with its result when everything is on disk; rejects with {@link StorageError}, or
 * with what `work` threw, and then nothing was changed. `work` may only await requests of this transaction.
 */
export async function inTransaction<T, const N extends readonly StoreName[]>(
  database: IDBDatabase,
  names: N,
  mode: 'readonly' | 'readwrite',
  work: (stores: { readonly [K in keyof N]: IDBObjectStore }) => Promise<T>,
): Promise<T> {
  let transaction: IDBTransaction;
  try {
    transaction = database.transaction(names, mode, { durability: 'strict' });
  } catch (cause) {
    throw failed(cause);
  }
  const done = new Promise<void>((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(failed(transaction.error));
  });
  done.catch(() => {});
  let result: T;
  try {
    result = await work(names.map((name) => transaction.objectStore(name)) as { [K in keyof N]: IDBObjectStore });
  } catch (error) {
    try {
      transaction.abort();
    } catch {
      // It has ended by itself already.
    }
    throw error;
  }
  await done;
  return result;
}

/** The result of one request. Rejects with {@link StorageError}. */
export function requested<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(failed(request.error));
  });
}

function failed(cause: unknown): StorageError {
  return new StorageError(
    'storage_failed',
    'This browser could not store something. Free some space on this device, then reload the page.',
    { cause },
  );
}
