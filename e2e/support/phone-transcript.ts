import type { Page } from '@playwright/test';
import { z } from 'zod';
import { TimelineEntry } from '../../src-shared/wire/timeline.ts';

/**
 * The entries that the open conversation is drawn from, as the page holds them: read from the properties of the React component
 * that draws it, so that the product needs no door for tests.
 */
export async function phoneTranscript(page: Page): Promise<TimelineEntry[]> {
  const entries = await page.getByRole('log', { name: 'Conversation' }).evaluate((element) => {
    interface Fiber {
      return: Fiber | null;
      memoizedProps: { follower?: { view: { get(): { entries: unknown } } } } | null;
    }
    const key = Object.keys(element).find((name) => name.startsWith('__reactFiber$'));
    let fiber = (element as unknown as Record<string, Fiber | undefined>)[key ?? ''] ?? null;
    while (fiber !== null && fiber.memoizedProps?.follower === undefined) fiber = fiber.return;
    return fiber?.memoizedProps?.follower?.view.get().entries;
  });
  return z.array(TimelineEntry).parse(entries);
}

/** The phone's own private key for the only daemon it knows, from its database. */
export async function phonePrivateKey(page: Page): Promise<string> {
  const records = await page.evaluate(
    () =>
      new Promise<unknown>((resolve, reject) => {
        const opening = indexedDB.open('paseo');
        opening.onerror = () => reject(new Error('the database cannot be opened'));
        opening.onsuccess = () => {
          const all = opening.result.transaction('daemons').objectStore('daemons').getAll();
          all.onsuccess = () => resolve(all.result);
          all.onerror = () => reject(new Error('the database cannot be read'));
        };
      }),
  );
  return z.tuple([z.looseObject({ deviceSecret: z.string() })]).parse(records)[0].deviceSecret;
}
