import { MAX_UNAUTHENTICATED } from '../limits.ts';

/** `silent`: nothing came yet. `queued`: waits for its turn. `answering`: the daemon has answered and waits for message 3. */
type GuestStage = 'silent' | 'queued' | 'answering';

export interface Guest {
  stage: GuestStage;
  /** Has authenticated, or is gone. */
  leave(): void;
}

interface Entry extends Guest {
  readonly source: string;
  readonly dismiss: () => void;
}

/**
 * Everybody who has not authenticated, bounded. When it is full the most crowded source gives way: first who says nothing, then who
 * does not go on; only then is somebody of that source turned away. So sockets held open never keep a real device out.
 */
export class WaitingRoom {
  readonly #bySource = new Map<string, Set<Entry>>();
  readonly #limit: number;
  #size = 0;

  constructor(limit: number = MAX_UNAUTHENTICATED) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#size;
  }

  /** `dismiss` is called when this one has to give way. null: there is no room. */
  enter(source: string, dismiss: () => void): Guest | null {
    if (this.#size >= this.#limit && !this.#makeRoom(source)) return null;
    const entry: Entry = { source, dismiss, stage: 'silent', leave: () => this.#leave(entry) };
    const entries = this.#bySource.get(source) ?? new Set();
    entries.add(entry);
    this.#bySource.set(source, entries);
    this.#size += 1;
    return entry;
  }

  #makeRoom(source: string): boolean {
    let crowd = this.#bySource.get(source) ?? new Set<Entry>();
    for (const entries of this.#bySource.values()) if (entries.size > crowd.size) crowd = entries;
    const all = [...crowd];
    const stuck = all.find(({ stage }) => stage === 'silent') ?? all.find(({ stage }) => stage === 'answering');
    // All of them wait for a turn: a newcomer of theirs would only wait longer.
    const chosen = stuck ?? (crowd === this.#bySource.get(source) ? undefined : all.at(-1));
    if (!chosen) return false;
    this.#leave(chosen);
    chosen.dismiss();
    return true;
  }

  #leave(entry: Entry): void {
    const entries = this.#bySource.get(entry.source);
    if (!entries?.delete(entry)) return;
    this.#size -= 1;
    if (entries.size === 0) this.#bySource.delete(entry.source);
  }
}
