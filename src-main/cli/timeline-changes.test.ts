import { describe, expect, it } from 'vitest';
import type { EntryBody, TimelineEntry } from '../../src-shared/wire/timeline.ts';
import { TimelineChanges } from './timeline-changes.ts';

const entry = (seq: number, body: EntryBody): TimelineEntry => ({ seq, at: '2026-01-01T00:00:00.000Z', body });
const message = (seq: number, text: string) => entry(seq, { kind: 'message', text });
const notice = (seq: number) => entry(seq, { kind: 'notice', level: 'info', text: `n${seq}` });

/** All text that a reader of the changes has seen, entry by entry. */
function told(changes: TimelineChanges, views: { logId: string | null; entries: TimelineEntry[] }[]): string[] {
  const shown: string[] = [];
  for (const view of views)
    for (const change of changes.next(view)) {
      if (change.type === 'reset') shown.push('reset');
      else if (change.type === 'growth') shown.push(`+${change.offset}:${change.text}`);
      else shown.push(change.entry.body.kind === 'message' ? change.entry.body.text : `#${change.entry.seq}`);
    }
  return shown;
}

describe('the changes of a followed timeline', () => {
  it('have every entry once and all growth, also when views repeat or drop old entries', () => {
    const views = [
      { logId: null, entries: [] },
      { logId: 'a', entries: [notice(1), message(2, 'Hel')] },
      { logId: 'a', entries: [notice(1), message(2, 'Hel')] },
      { logId: 'a', entries: [notice(1), message(2, 'Hello')] },
      { logId: 'a', entries: [message(2, 'Hello!'), notice(3), message(4, 'x')] },
    ];
    expect(told(new TimelineChanges(), views)).toEqual(['#1', 'Hel', '+3:lo', '+5:!', '#3', 'x']);
  });

  it('begin anew when the log is another one', () => {
    const views = [
      { logId: 'a', entries: [notice(1), notice(2)] },
      { logId: 'b', entries: [notice(1)] },
    ];
    expect(told(new TimelineChanges(), views)).toEqual(['#1', '#2', 'reset', '#1']);
  });

  it('never cut a character in half', () => {
    const views = [
      { logId: 'a', entries: [message(1, 'a\ud83d')] },
      { logId: 'a', entries: [message(1, 'a\ud83d\udc4d!')] },
    ];
    expect(told(new TimelineChanges(), views)).toEqual(['a', '+1:\ud83d\udc4d!']);
  });
});
