import { z } from 'zod';
import { ClientInstance, Timestamp } from '../ids.ts';

/** A command as it waits for its result. `n` is its counter; together with the store's instance it is the command's id. */
export const OutboxItem = z.strictObject({
  n: z.int().min(1),
  method: z.string().max(64),
  params: z.unknown(),
  createdAt: Timestamp,
  /** Set when the command failed and nobody was there to hear it (the page was closed); it waits to be discarded. */
  failed: z.strictObject({ code: z.string().max(64), message: z.string().max(4096) }).nullable(),
});
export type OutboxItem = z.infer<typeof OutboxItem>;

/** All that a client must keep to have its commands run exactly once. */
export const OutboxState = z.strictObject({
  /** This client's name towards its daemon. One running client per instance: two tabs need two. */
  instance: ClientInstance,
  /** The highest counter ever given to a command of this instance, 0 for none. It never goes back. */
  lastCounter: z.int().min(0),
  items: z.array(OutboxItem),
});
export type OutboxState = z.infer<typeof OutboxState>;

/**
 * Where one client instance keeps its commands, for one daemon. A promise that resolves means "it is stored"; a rejection
 * keeps the command from being sent.
 */
export interface OutboxStore {
  /** The stored state, or a fresh one with a new random instance. */
  load(): Promise<OutboxState>;
  /** Adds or replaces the item with this `n`, and raises `lastCounter` to `n`, in one step. */
  put(item: OutboxItem): Promise<void>;
  remove(n: number): Promise<void>;
}

/** For clients that live as long as their commands: the command line and the desktop's windows. */
export function memoryOutboxStore(instance: string): OutboxStore {
  const items = new Map<number, OutboxItem>();
  let lastCounter = 0;
  return {
    load: () => Promise.resolve({ instance, lastCounter, items: [...items.values()] }),
    put: (item) => {
      items.set(item.n, item);
      lastCounter = Math.max(lastCounter, item.n);
      return Promise.resolve();
    },
    remove: (n) => {
      items.delete(n);
      return Promise.resolve();
    },
  };
}
