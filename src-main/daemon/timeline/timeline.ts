import type { Cursor, Growth, TimelineEntry } from '../../../src-shared/wire/timeline.ts';

/** One agent's history as sessions read it. Entries that come out are snapshots and never change. */
export interface Timeline {
  /** Changes only between runs of the daemon, when the end of the log may have been lost. */
  readonly logId: string;
  /** 0 while the timeline is empty. */
  readonly lastSeq: number;
  /** What a follower at `cursor` lacks, oldest first, up to about `maxBytes` of JSON (always at least one step). */
  read(cursor: Cursor | null, maxBytes: number): Promise<TimelineRead>;
  /** At most `limit` entries older than `before`, oldest first; fewer when they are large, none at the beginning. */
  page(before: number, limit: number): Promise<TimelineEntry[]>;
  /** Calls `listener` after every new entry and every growth. */
  onChange(listener: () => void): () => void;
}

export interface TimelineRead {
  /** The cursor is of no use: forget what is known, `entries` is the newest page. */
  readonly reset: boolean;
  readonly grow: Growth | null;
  readonly entries: TimelineEntry[];
  /** Where the follower is after applying this. */
  readonly cursor: Cursor;
  /** There is more to read at once. */
  readonly more: boolean;
}
