import { describe, expect, it } from 'vitest';
import type { TimelineEntry } from '../wire/timeline.ts';
import {
  cursorOf,
  mergeTimeline,
  prependPage,
  reachesStart,
  type TimelineEvent,
  type TimelinePart,
} from './timeline-merge.ts';

const LOG = 'aaaaaaaa';
const NOTHING: TimelinePart = { logId: null, entries: [] };

describe('merging a timeline', () => {
  it('starts with a reset and appends what follows', () => {
    const part = apply(
      NOTHING,
      event({ reset: true, entries: [message(7, 'a')] }),
      event({ entries: [message(8, 'b')] }),
    );
    expect(texts(part)).toEqual(['7 a', '8 b']);
    expect(reachesStart(part)).toBe(false);
  });

  it('lets the newest entry grow before it appends', () => {
    const part = apply(
      NOTHING,
      event({ reset: true, entries: [message(1, 'one')] }),
      event({ grow: { seq: 1, offset: 3, text: ' more' }, entries: [message(2, 'two')] }),
    );
    expect(texts(part)).toEqual(['1 one more', '2 two']);
    expect(cursorOf(part)).toEqual({ logId: LOG, seq: 2, offset: 3 });
  });

  it('is not changed by an event that comes twice or overlaps', () => {
    const grow = event({ grow: { seq: 1, offset: 1, text: 'bcd' }, entries: [message(2, 'x')] });
    const part = apply(NOTHING, event({ reset: true, entries: [message(1, 'a')] }), grow, grow);
    const again = apply(part, event({ grow: { seq: 2, offset: 0, text: 'xyz' }, entries: [message(2, 'x')] }));
    expect(texts(again)).toEqual(['1 abcd', '2 xyz']);
  });

  it('takes the longer text of an entry that it already holds', () => {
    const part = apply(
      NOTHING,
      event({ reset: true, entries: [message(1, 'ab')] }),
      event({ entries: [message(1, 'abcd')] }),
    );
    expect(texts(part)).toEqual(['1 abcd']);
  });

  it.each([
    ['an entry is missing', event({ entries: [message(3, 'c')] })],
    ['text is missing', event({ grow: { seq: 1, offset: 2, text: 'c' } })],
    ['an entry that grew is missing', event({ grow: { seq: 2, offset: 0, text: 'c' } })],
    ['the log is another one', event({ logId: 'bbbbbbbb', entries: [message(2, 'b')] })],
  ])('says so when %s', (_, gap) => {
    expect(mergeTimeline(apply(NOTHING, event({ reset: true, entries: [message(1, 'a')] })), gap)).toBeNull();
  });

  it('forgets everything at a reset with another log', () => {
    const part = apply(
      NOTHING,
      event({ reset: true, entries: [message(1, 'a'), message(2, 'ghost')] }),
      event({ logId: 'bbbbbbbb', reset: true, entries: [message(1, 'a')] }),
    );
    expect(part).toEqual({ logId: 'bbbbbbbb', entries: [message(1, 'a')] });
  });

  it('puts a page in front, and refuses one that leaves a gap', () => {
    const part = apply(NOTHING, event({ reset: true, entries: [message(3, 'c')] }));
    expect(texts(prependPage(part, [message(1, 'a'), message(2, 'b')])!)).toEqual(['1 a', '2 b', '3 c']);
    expect(prependPage(part, [message(1, 'a')])).toBeNull();
  });

  it('never changes what it gave out before', () => {
    const before = apply(NOTHING, event({ reset: true, entries: [message(1, 'a')] }));
    mergeTimeline(before, event({ grow: { seq: 1, offset: 1, text: 'b' }, entries: [message(2, 'c')] }));
    expect(texts(before)).toEqual(['1 a']);
  });
});

function apply(part: TimelinePart, ...events: readonly TimelineEvent[]): TimelinePart {
  for (const next of events) {
    const merged = mergeTimeline(part, next);
    if (merged === null) throw new Error('a gap');
    part = merged;
  }
  return part;
}

function event(changes: Partial<TimelineEvent>): TimelineEvent {
  return { topic: 'timeline', agentId: 'cccccccc', logId: LOG, reset: false, grow: null, entries: [], ...changes };
}

function message(seq: number, text: string): TimelineEntry {
  return { seq, at: '2026-01-01T00:00:00.000Z', body: { kind: 'message', text } };
}

function texts(part: TimelinePart): string[] {
  return part.entries.map(({ seq, body }) => `${seq} ${body.kind === 'message' ? body.text : ''}`);
}
