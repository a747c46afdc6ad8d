import { describe, expect, it } from 'vitest';
import { MAX_KEPT_REQUEST_BYTES, MAX_UNANSWERED_REQUESTS } from './limits.ts';
import { OpenRequests } from './open-requests.ts';

const text = (line: number) => Buffer.from(`line ${line}`);

describe('OpenRequests', () => {
  it('lets an answer through once for each request', () => {
    const open = new OpenRequests();
    open.add(1, 4);
    open.add('1', 5);
    expect(open.answer({ id: 1, line: 4 })).toBe(true);
    expect(open.answer({ id: 1, line: 4 })).toBe(false);
    expect(open.answer({ id: '1', line: 5 })).toBe(true);
    expect(open.answer({ id: 2, line: 5 })).toBe(false);
  });

  it('never takes the answer to one request for that of a later one with the same id', () => {
    const open = new OpenRequests();
    open.add(7, 4);
    expect(open.answer({ id: 7, line: 4 })).toBe(true);
    open.add(7, 9);
    expect(open.answer({ id: 7, line: 4 })).toBe(false);
    open.add(7, 12);
    expect(open.answer({ id: 7, line: 9 })).toBe(false);
    expect(open.answer({ id: 7, line: 12 })).toBe(true);
  });

  it('knows ids of any length', () => {
    const open = new OpenRequests();
    const [one, other] = [`${'x'.repeat(5000)}1`, `${'x'.repeat(5000)}2`];
    open.add(one, 1);
    expect(open.answer({ id: other, line: 1 })).toBe(false);
    expect(open.answer({ id: one, line: 1 })).toBe(true);
  });

  it('keeps to its bound when a program asks without end', () => {
    const open = new OpenRequests();
    const last = MAX_UNANSWERED_REQUESTS + 1;
    for (let n = 1; n <= last; n++) open.add(n, n);
    expect(open.answer({ id: last, line: last })).toBe(false);
    expect(open.answer({ id: 1, line: 1 })).toBe(true);
    open.add('next', last + 1);
    expect(open.answer({ id: 'next', line: last + 1 })).toBe(true);
  });

  it('keeps the lines of those that wait, and only those, when the journal lets them go', () => {
    const open = new OpenRequests();
    for (const line of [3, 5, 9]) open.add(line, line);
    open.answer({ id: 3, line: 3 });
    expect(open.kept()).toEqual([]);
    expect(open.keep(7, text)).toBe(7);
    expect(open.kept()).toEqual([{ n: 5, bytes: text(5) }]);
    expect(open.keep(9, text)).toBe(9);
    open.add(5, 20);
    expect(open.kept()).toEqual([{ n: 9, bytes: text(9) }]);
    open.answer({ id: 9, line: 9 });
    expect(open.kept()).toEqual([]);
  });

  it('holds the journal at the first for which there is no room, until there is', () => {
    const open = new OpenRequests();
    const large = () => Buffer.alloc(MAX_KEPT_REQUEST_BYTES / 2);
    for (const line of [2, 4, 6]) open.add(line, line);
    expect(open.keep(10, large)).toBe(5);
    expect(open.keep(10, large)).toBe(5);
    open.answer({ id: 2, line: 2 });
    expect(open.keep(10, large)).toBe(10);
  });
});
