import type { Clock } from '../../../../src-shared/clock.ts';
import { MAX_FILE_MATCHES } from '../../../../src-shared/limits.ts';
import type { FileMatch } from '../../../../src-shared/wire/agent.ts';
import { FILE_LISTING_FRESH_MS, FILE_LISTING_KEPT_MS, MAX_FILE_LISTINGS } from '../../limits.ts';
import { listFiles } from './file-listing.ts';
import { indexed, rankFiles } from './file-ranking.ts';
import type { Listing } from './file-ranking.ts';
import { workingFolder } from './folder-listing.ts';

interface Held {
  /** The newest listing that is there; null while the first one is made. */
  listing: Listing | null;
  /** Clock time when it was begun. */
  at: number;
  making: Promise<Listing> | null;
  readonly abort: AbortController;
  cancelTimer: () => void;
}

/** How long an answer waits for a newer listing before it is made from the last one. */
const PATIENCE_MS = 100;

/**
 * Completes mentions of files. A folder is listed when the first letter is typed and again when the listing is some seconds old; a
 * large one meanwhile answers from what it had.
 */
export class FileCompletion {
  readonly #clock: Clock;
  readonly #held = new Map<string, Held>();
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** What matches best first. `cwd` is absolute. Throws `AgentError` `bad_folder`. */
  async complete(cwd: string, query: string): Promise<FileMatch[]> {
    const root = await workingFolder(cwd);
    return rankFiles(await this.#listing(root), query, MAX_FILE_MATCHES);
  }

  /** Ends listings under way; answers that wait get what is there. */
  async stop(): Promise<void> {
    const held = [...this.#held.values()];
    for (const root of [...this.#held.keys()]) this.#drop(root);
    await Promise.all(held.flatMap(({ making }) => making ?? []));
  }

  async #listing(root: string): Promise<Listing> {
    const held = this.#held.get(root) ?? newHeld();
    this.#keep(root, held);
    if (held.listing !== null && this.#clock.now() - held.at < FILE_LISTING_FRESH_MS) return held.listing;
    held.making ??= this.#make(root, held);
    return held.listing === null ? held.making : this.#soon(held.making, held.listing);
  }

  async #make(root: string, held: Held): Promise<Listing> {
    const at = this.#clock.now();
    const listing = indexed(await listFiles(root, this.#clock, held.abort.signal));
    held.listing = listing;
    held.at = at;
    held.making = null;
    return listing;
  }

  #soon(making: Promise<Listing>, old: Listing): Promise<Listing> {
    return new Promise((resolve) => {
      const cancel = this.#clock.after(PATIENCE_MS, () => resolve(old));
      void making.then((listing) => {
        cancel();
        resolve(listing);
      });
    });
  }

  /** The folders that were asked for last, for some time: a listing may be many megabytes. */
  #keep(root: string, held: Held): void {
    held.cancelTimer();
    held.cancelTimer = this.#clock.after(FILE_LISTING_KEPT_MS, () => this.#drop(root));
    this.#held.delete(root);
    this.#held.set(root, held);
    const [oldest] = this.#held.keys();
    if (this.#held.size > MAX_FILE_LISTINGS && oldest !== undefined) this.#drop(oldest);
  }

  #drop(root: string): void {
    const held = this.#held.get(root);
    this.#held.delete(root);
    held?.cancelTimer();
    held?.abort.abort();
  }
}

function newHeld(): Held {
  return { listing: null, at: 0, making: null, abort: new AbortController(), cancelTimer: () => {} };
}
