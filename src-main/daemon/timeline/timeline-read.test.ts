import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MAX_CATCH_UP_ENTRIES } from '../limits.ts';
import { MAX_PAGE_ENTRIES } from '../../../src-shared/limits.ts';
import type { Cursor, EntryBody, TimelineEntry } from '../../../src-shared/wire/timeline.ts';
import { TimelineLog } from './timeline-log.ts';

let folder: string;
let path: string;
const logs: TimelineLog[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'paseo-timeline-'));
  path = join(folder, 'timeline.jsonl');
});
afterEach(async () => {
  for (const log of logs.splice(0)) await log.close();
  await rm(folder, { recursive: true, force: true });
});

const notice = (text: string): EntryBody => ({ kind: 'notice', level: 'info', text });
async function create() {
  const log = await TimelineLog.create(path);
  logs.push(log);
  return log;
}

/** A follower as a client is one: applies what it reads until there is no more. */
class Follower {
  cursor: Cursor | null = null;
  entries: TimelineEntry[] = [];
  resets = 0;
  steps = 0;

  async catchUp(log: TimelineLog, maxBytes = 64 * 1024): Promise<void> {
    for (let more = true; more; this.steps++) {
      const read = await log.read(this.cursor, maxBytes);
      if (read.reset) {
        this.entries = [];
        this.resets++;
      }
      if (read.grow !== null) {
        const entry = this.entries.find(({ seq }) => seq === read.grow!.seq)!;
        const body = entry.body as { kind: 'message'; text: string };
        expect(body.text).toHaveLength(read.grow.offset);
        entry.body = { kind: body.kind, text: body.text + read.grow.text };
      }
      this.entries.push(...structuredClone(read.entries));
      this.cursor = read.cursor;
      more = read.more;
      if (this.steps > 10_000) throw new Error('no progress');
    }
  }
}

describe('a follower', () => {
  test('ends with the same entries whenever it looks, also from disk', async () => {
    const log = await create();
    const eager = new Follower();
    const lazy = new Follower();
    await lazy.catchUp(log);
    for (let i = 0; i < 900; i++) {
      log.extend(i % 3 === 0 ? 'thought' : 'message', `word ${i} `.repeat(100));
      if (i % 7 === 0) log.append(notice(String(i)));
      if (i % 50 === 0) await log.flush();
      if (i % 5 === 0) await eager.catchUp(log);
    }
    await log.flush();
    await eager.catchUp(log);
    await lazy.catchUp(log, 1000);
    const pages: TimelineEntry[] = [];
    for (let before = log.lastSeq + 1; pages[0]?.seq !== 1; before = pages[0]!.seq) {
      pages.unshift(...(await log.page(before, 30)));
    }
    expect(eager.entries).toEqual(pages);
    expect(lazy.entries).toEqual(pages);
    expect([eager.resets, lazy.resets]).toEqual([1, 1]);
  });

  test('gets growth from its offset on, and no entry twice', async () => {
    const log = await create();
    log.extend('message', 'Hello');
    const { cursor } = await log.read(null, 1000);
    expect(cursor).toEqual({ logId: log.logId, seq: 1, offset: 5 });
    expect(await log.read(cursor, 1000)).toMatchObject({ reset: false, grow: null, entries: [], cursor, more: false });
    log.extend('message', ', world');
    log.append(notice('done'));
    const read = await log.read(cursor, 1000);
    expect(read).toMatchObject({ reset: false, grow: { seq: 1, offset: 5, text: ', world' }, more: false });
    expect(read.entries).toMatchObject([{ seq: 2 }]);
    expect(read.cursor).toEqual({ logId: log.logId, seq: 2, offset: 0 });
  });

  test('starts over when its cursor is of another log, beyond the end or too far behind', async () => {
    const log = await create();
    for (let i = 1; i <= MAX_CATCH_UP_ENTRIES + 2; i++) log.append(notice(String(i)));
    const at = (cursor: Partial<Cursor>) => log.read({ logId: log.logId, seq: 5, offset: 0, ...cursor }, 1e6);
    expect((await at({})).reset).toBe(false);
    expect((await at({ seq: 1 })).reset).toBe(true);
    expect((await at({ logId: 'aaaaaaaa' })).reset).toBe(true);
    expect((await at({ seq: log.lastSeq + 1 })).reset).toBe(true);
    expect((await at({ offset: 1 })).reset).toBe(true);
    const { entries } = await at({ seq: 0 });
    expect([entries.length, entries.at(-1)?.seq]).toEqual([MAX_PAGE_ENTRIES, log.lastSeq]);
  });

  test('makes progress past entries larger than a step', async () => {
    const log = await create();
    const follower = new Follower();
    await follower.catchUp(log);
    for (let i = 0; i < 4; i++) log.append(notice('x'.repeat(300_000)));
    await log.flush();
    await follower.catchUp(log, 10);
    expect(follower.entries).toHaveLength(4);
    expect(follower.resets).toBe(1);
  });

  test('hears of every change until it stops listening', async () => {
    const log = await create();
    let heard = 0;
    const stop = log.onChange(() => heard++);
    log.append(notice('one'));
    log.extend('message', 'two');
    log.extend('message', 'three');
    stop();
    log.append(notice('four'));
    expect(heard).toBe(3);
  });
});
