import type { AgentView } from '../../src-shared/client/agent-follower.ts';
import type { TimelineEntry } from '../../src-shared/wire/timeline.ts';

export type TimelineChange =
  /** What was shown before is not this timeline any more; everything comes again. */
  | { readonly type: 'reset' }
  | { readonly type: 'entry'; readonly entry: TimelineEntry }
  /** More text for the newest entry shown, from `offset` (UTF-16 code units) on. */
  | { readonly type: 'growth'; readonly entry: TimelineEntry; readonly offset: number; readonly text: string };

/** Turns the states of a followed timeline into what is new in each: every entry once, in order, and its growth. */
export class TimelineChanges {
  #logId: string | null = null;
  #lastSeq = 0;
  #length = 0;

  next({ logId, entries }: Pick<AgentView, 'logId' | 'entries'>): TimelineChange[] {
    if (logId === null) return [];
    const changes: TimelineChange[] = [];
    if (this.#logId !== null && this.#logId !== logId) {
      changes.push({ type: 'reset' });
      this.#lastSeq = 0;
    }
    this.#logId = logId;
    for (const entry of entries) {
      if (entry.seq < this.#lastSeq) continue;
      const text = growingText(entry);
      const end = wholeLength(text);
      if (entry.seq > this.#lastSeq) {
        changes.push({ type: 'entry', entry: end === text.length ? entry : withText(entry, text.slice(0, end)) });
      } else if (end > this.#length) {
        changes.push({ type: 'growth', entry, offset: this.#length, text: text.slice(this.#length, end) });
      }
      this.#lastSeq = entry.seq;
      this.#length = end;
    }
    return changes;
  }
}

function growingText({ body }: TimelineEntry): string {
  return body.kind === 'message' || body.kind === 'thought' ? body.text : '';
}

function withText(entry: TimelineEntry, text: string): TimelineEntry {
  const { body } = entry;
  return body.kind === 'message' || body.kind === 'thought' ? { ...entry, body: { ...body, text } } : entry;
}

/** Half a character (a surrogate without its partner) waits for the other half. */
function wholeLength(text: string): number {
  const last = text.charCodeAt(text.length - 1);
  return last >= 0xd800 && last <= 0xdbff ? text.length - 1 : text.length;
}
