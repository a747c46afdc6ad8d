import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ManualClock } from '../../../src-shared/manual-clock.ts';
import type { EntryBody, TimelineEntry } from '../../../src-shared/wire/timeline.ts';
import type { HostPosition } from './host-position.ts';
import { TimelineLog } from './timeline-log.ts';

let folder: string;
let path: string;
let clock: ManualClock;
let position: HostPosition | null;
let durable: HostPosition[];
const logs: TimelineLog[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'paseo-position-'));
  path = join(folder, 'timeline.jsonl');
  clock = new ManualClock();
  position = { hostId: 'host1', line: 0 };
  durable = [];
});
afterEach(async () => {
  for (const log of logs.splice(0)) await log.close().catch(() => {});
  await rm(folder, { recursive: true, force: true });
});

const notice = (text: string): EntryBody => ({ kind: 'notice', level: 'info', text });
const options = () => ({
  clock,
  settle: () => position,
  onDurable: (reached: HostPosition) => void durable.push(reached),
});

async function create(): Promise<TimelineLog> {
  const log = await TimelineLog.create(path, options());
  logs.push(log);
  return log;
}

async function open(attachedTo: string | null, file = path): Promise<TimelineLog> {
  const log = await TimelineLog.open(file, { ...options(), attachedTo });
  logs.push(log);
  return log;
}

/** What the log says as a reader gets it. */
async function texts(log: TimelineLog): Promise<string[]> {
  const entries: TimelineEntry[] = await log.page(log.lastSeq + 1, 200);
  return entries.map(({ body }) => ('text' in body ? body.text : body.kind));
}

/** Says what line `line` of the host says, as a feeder does. */
function tell(log: TimelineLog, line: number, text: string): void {
  log.extend('message', text);
  position = { hostId: 'host1', line };
}

const saved = (log: TimelineLog) =>
  vi.waitFor(() => expect(log.unsavedBytes).toBe(0), { interval: 1, timeout: 60_000 });
const marksIn = async (file = path) => (await readFile(file, 'utf8')).match(/^\{"p":.*$/gm)?.length ?? 0;

describe('a log that was not closed in order, of a host that goes on', () => {
  test('is cut exactly to the newest mark, wherever the write behind it was torn', async () => {
    const log = await create();
    await log.flush();
    tell(log, 1, 'kept ');
    log.append(notice('kept too'));
    await log.flush();
    const marked = (await readFile(path)).length;
    tell(log, 2, 'again');
    log.append(notice('ü😀'));
    position = { hostId: 'host1', line: 4 };
    await log.flush();
    const whole = await readFile(path);
    expect(whole.length).toBeGreaterThan(marked + 200);
    for (let length = marked; length < whole.length; length++) {
      const torn = join(folder, 'torn.jsonl');
      await writeFile(torn, whole.subarray(0, length), { mode: 0o600 });
      const reopened = await TimelineLog.open(torn, { attachedTo: 'host1' });
      expect([await texts(reopened), reopened.position('host1')]).toEqual([['kept ', 'kept too'], 1]);
      expect((await readFile(torn)).subarray(0, marked)).toEqual(whole.subarray(0, marked));
      await rm(torn);
    }
    const reopened = await open('host1');
    expect([(await texts(reopened)).length, reopened.position('host1')]).toEqual([4, 4]);
    expect(reopened.logId).not.toBe(log.logId);
  }, 30_000);

  test('is cut even where the tail is unreadable, and keeps what is damaged before the mark a failure', async () => {
    const log = await create();
    tell(log, 1, 'kept');
    await log.flush();
    const good = await readFile(path, 'utf8');
    await writeFile(path, `${good}rubbish\n{"seq":9}\n{"seq":2,"at":"20`);
    expect(await texts(await open('host1'))).toEqual(['kept']);
    await writeFile(path, good.replace('"kept"', 'kept'));
    await expect(open('host1')).rejects.toMatchObject({ code: 'agent_failed' });
  });

  test('keeps its tail when its host is gone', async () => {
    const log = await create();
    tell(log, 1, 'marked');
    await log.flush();
    tell(log, 2, ' and not');
    clock.advance(100);
    await saved(log);
    const reopened = await open(null);
    expect([await texts(reopened), reopened.position('host1')]).toEqual([['marked and not'], 0]);
  });

  test('is cut at marks of its own host only', async () => {
    const log = await create();
    tell(log, 7, 'first');
    await log.flush();
    position = { hostId: 'host2', line: 0 };
    log.append(notice('second'));
    await log.flush();
    log.append(notice('not marked'));
    clock.advance(100);
    await saved(log);
    await writeFile(join(folder, 'copy.jsonl'), await readFile(path), { mode: 0o600 });
    const copy = (host: string) => open(host, join(folder, 'copy.jsonl'));
    const all = ['first', 'second', 'not marked'];
    // What came behind the mark of another host cannot be had from this one again.
    const older = await copy('host1');
    expect([await texts(older), older.position('host1'), older.position('host2')]).toEqual([all, 7, 0]);
    const unknown = await copy('host3');
    expect([await texts(unknown), unknown.position('host3')]).toEqual([all, 0]);
    const own = await copy('host2');
    expect([await texts(own), own.position('host2'), own.position('host1')]).toEqual([all.slice(0, 2), 0, 0]);
  });
});

test('a log that was closed in order keeps its id, its position and the cursors of its followers', async () => {
  const log = await create();
  tell(log, 1, 'said');
  const { cursor } = await log.read(null, 1000);
  position = { hostId: 'host1', line: 3 };
  await log.close();
  const reopened = await open('host1');
  expect([reopened.logId, reopened.position('host1')]).toEqual([log.logId, 3]);
  expect(await reopened.read(cursor, 1000)).toMatchObject({ reset: false, grow: null, entries: [], more: false });
  // A mark alone is a change of the log as well: it must not look closed in the middle.
  position = { hostId: 'host1', line: 4 };
  await reopened.flush();
  await reopened.close();
  expect([(await open('host1')).logId, durable.at(-1)?.line]).toEqual([log.logId, 4]);
});

test.each(['in order', 'by a crash'])(
  'a message that a host goes on with after an end %s stays one entry',
  async (end) => {
    const log = await create();
    log.append(notice('before'));
    tell(log, 1, 'one ');
    await log.flush();
    const { cursor } = await log.read(null, 1000);
    if (end === 'in order') await log.close();
    const reopened = await open('host1');
    expect(await texts(reopened)).toEqual(['before', 'one ']);
    tell(reopened, 2, 'two ');
    tell(reopened, 3, 'three');
    expect(reopened.lastSeq).toBe(2);
    const { reset, grow, entries } = await reopened.read(cursor, 1000);
    const whole = 'one two three';
    if (end === 'in order') expect([reset, grow?.text, entries]).toEqual([false, 'two three', []]);
    else
      expect([reset, entries.map(({ body }) => ('text' in body ? body.text : '?'))]).toEqual([true, ['before', whole]]);
    expect((await reopened.read({ logId: reopened.logId, seq: 1, offset: 0 }, 1000)).entries).toHaveLength(1);
    reopened.append(notice('after'));
    await reopened.close();
    expect(await texts(await open(null))).toEqual(['before', whole, 'after']);
  },
);

describe('marks', () => {
  test('are told when they are on disk, and not before', async () => {
    const log = await create();
    tell(log, 1, 'one');
    const flushed = log.flush();
    expect(log.position('host1')).toBe(0);
    await flushed;
    expect([durable, log.position('host1'), await marksIn()]).toEqual([[{ hostId: 'host1', line: 1 }], 1, 1]);
    // Nothing new: nothing written.
    await log.flush();
    expect(await marksIn()).toBe(1);
    await rm(path);
    const lost = await create();
    await rm(path);
    tell(lost, 2, 'two');
    await expect(lost.flush()).rejects.toMatchObject({ code: 'not_saved' });
    expect([lost.position('host1'), durable.length]).toEqual([0, 1]);
  });

  test('come behind what was held back until then', async () => {
    const settle = () => {
      if (log.lastSeq === 1) log.append(notice('held back'));
      return { hostId: 'host1', line: 5 };
    };
    const log = await TimelineLog.create(path, { clock, settle });
    log.append(notice('one'));
    await log.flush();
    const lines = (await readFile(path, 'utf8')).trim().split('\n');
    expect(lines.slice(1).map((line) => line.slice(0, 8))).toEqual(['{"seq":1', '{"seq":2', '{"p":{"h']);
    expect(clock.armed).toBe(0);
    await log.close();
  });

  test('never reach readers, however many there are', async () => {
    const log = await create();
    for (let line = 1; line <= 50; line++) {
      if (line % 10 === 0) tell(log, line, `${line} `);
      if (line % 20 === 0) log.append(notice(String(line)));
      position = { hostId: 'host1', line };
      await log.flush();
    }
    expect(await marksIn()).toBe(50);
    await log.close();
    const reopened = await open('host1');
    const said = ['10 20 ', '20', '30 40 ', '40', '50 '];
    expect(await texts(reopened)).toEqual(said);
    const seen: number[] = [];
    await reopened.visitBackward(({ seq }) => seen.push(seq) > 0);
    expect(seen).toEqual([5, 4, 3, 2, 1]);
    const { entries } = await reopened.read({ logId: reopened.logId, seq: 2, offset: 0 }, 1e6);
    expect(entries.map(({ seq }) => seq)).toEqual([3, 4, 5]);
  });

  test('come twice a second under load, while text is written ten times a second', async () => {
    const log = await create();
    await log.flush();
    durable = [];
    let written = 0;
    for (let line = 1; line <= 200; line++) {
      tell(log, line, 'x');
      clock.advance(10);
      if (line % 10 !== 0) continue;
      await saved(log);
      const size = (await readFile(path)).length;
      expect(size).toBeGreaterThan(written);
      written = size;
    }
    expect(durable.map(({ line }) => line)).toEqual([50, 100, 150, 200]);
    expect(log.position('host1')).toBe(200);
  });

  test('come some seconds after a position that moved without a word', async () => {
    const log = await create();
    await log.flush();
    for (let line = 1; line <= 400; line++) {
      position = { hostId: 'host1', line };
      log.moved();
      clock.advance(10);
    }
    expect(durable).toHaveLength(1);
    tell(log, 401, 'a word');
    clock.advance(500);
    await vi.waitFor(() => expect(durable.at(-1)?.line).toBe(401), 60_000);
    position = { hostId: 'host1', line: 402 };
    log.moved();
    clock.advance(5000);
    await vi.waitFor(() => expect(durable.at(-1)?.line).toBe(402), 60_000);
    await log.flush();
    expect([clock.armed, await marksIn()]).toEqual([0, 3]);
  });

  test('are not written while there is no host', async () => {
    position = null;
    const log = await create();
    log.append(notice('one'));
    clock.advance(1000);
    await log.flush();
    await log.close();
    expect([await marksIn(), durable]).toEqual([0, []]);
  });
});
