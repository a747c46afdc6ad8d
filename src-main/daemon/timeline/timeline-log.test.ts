import { mkdtemp, readFile, rm, writeFile, appendFile, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MAX_ENTRY_BYTES } from '../limits.ts';
import type { EntryBody, TimelineEntry } from '../../../src-shared/wire/timeline.ts';
import { TimelineLog } from './timeline-log.ts';
import type { TimelineLogOptions } from './timeline-log.ts';

let folder: string;
let path: string;
const logs: TimelineLog[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'paseo-timeline-'));
  path = join(folder, 'timeline.jsonl');
});
afterEach(async () => {
  for (const log of logs.splice(0)) await log.close().catch(() => {});
  await rm(folder, { recursive: true, force: true });
});

async function create(file = path, options?: TimelineLogOptions): Promise<TimelineLog> {
  const log = await TimelineLog.create(file, options);
  logs.push(log);
  return log;
}

async function open(file = path): Promise<TimelineLog> {
  const log = await TimelineLog.open(file);
  logs.push(log);
  return log;
}

const notice = (text: string): EntryBody => ({ kind: 'notice', level: 'info', text });
const bodies = (entries: TimelineEntry[]) => entries.map((entry) => entry.body);

async function everything(log: TimelineLog): Promise<EntryBody[]> {
  const entries: TimelineEntry[] = [];
  for (let before = log.lastSeq + 1; ; before = entries[0]!.seq) {
    const page = await log.page(before, 200);
    if (page.length === 0) return bodies(entries);
    entries.unshift(...page);
  }
}

describe('what is on disk', () => {
  test('is what was said, whatever was streamed, flushed and reopened in between', async () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('extend' as const), text: fc.string({ unit: 'binary', maxLength: 12 }) }),
      fc.record({ do: fc.constant('half' as const), text: fc.constantFrom('\ud83d', '\ude00', '"\\\u2028') }),
      fc.record({ do: fc.constant('append' as const), text: fc.string() }),
      fc.record({ do: fc.constantFrom('flush' as const, 'reopen' as const), text: fc.constant('') }),
    );
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const file = join(folder, `${run++}.jsonl`);
        let log = await create(file);
        const said: string[] = [];
        for (const { do: what, text } of steps) {
          if (what === 'flush') await log.flush();
          else if (what === 'reopen') {
            await log.close();
            log = await open(file);
          } else if (what === 'append') {
            log.append(notice(text));
            said.push(text);
          } else if (text !== '') {
            log.extend('message', text);
            said.push(text);
          }
        }
        await log.close();
        const kept = await everything(await open(file));
        expect(kept.map((body) => ('text' in body ? body.text : '')).join('')).toBe(said.join(''));
      }),
      { numRuns: 60 },
    );
  });

  test('is readable by the owner only', async () => {
    await create();
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  test('gets a new log id when the log was not closed in order, and keeps it when it was', async () => {
    const first = await create();
    first.append(notice('one'));
    await first.flush();
    const second = await open();
    expect(second.logId).not.toBe(first.logId);
    second.append(notice('two'));
    await second.close();
    const third = await open();
    expect(third.logId).toBe(second.logId);
    // Opened and changed, but never closed: what was seen may not be on disk.
    third.append(notice('three'));
    expect((await open()).logId).not.toBe(second.logId);
    await third.close();
  });

  test('loses a torn tail and nothing before it', async () => {
    const log = await create();
    log.append(notice('kept'));
    await log.close();
    await appendFile(path, '{"seq":2,"at":"2026-01-01T00:0');
    const reopened = await open();
    expect(reopened.lastSeq).toBe(1);
    expect(reopened.logId).not.toBe(log.logId);
    reopened.append(notice('after'));
    await reopened.close();
    expect(await everything(await open())).toEqual([notice('kept'), notice('after')]);
  });

  test.each(['\0\0\0\0\n', 'rubbish\n', '{"seq":9}\n'])(
    'loses unreadable whole lines at the very end: %j',
    async (rubbish) => {
      const log = await create();
      log.append(notice('kept'));
      await log.flush();
      await appendFile(path, rubbish);
      const reopened = await open();
      expect(await everything(reopened)).toEqual([notice('kept')]);
    },
  );

  test('is refused, untouched, when it is damaged before its end', async () => {
    const log = await create();
    log.append(notice('a'));
    log.append(notice('b'));
    await log.close();
    const good = await readFile(path, 'utf8');
    const bad = good.replace('"text":"b"', '"text:"b"');
    await writeFile(path, bad);
    await expect(open()).rejects.toMatchObject({
      code: 'agent_failed',
      message: expect.stringContaining(path),
    });
    expect(await readFile(path, 'utf8')).toBe(bad);
    await writeFile(path, good.replace('"text":"a"', '"text:"a"'));
    const opened = await open();
    await expect(opened.page(3, 10)).rejects.toMatchObject({ code: 'agent_failed' });
    await writeFile(path, good.replace('"version":1', '"version":2'));
    await expect(open()).rejects.toMatchObject({
      code: 'agent_failed',
      message: expect.stringContaining('newer Paseo'),
    });
    await writeFile(path, 'something else\n');
    await expect(open()).rejects.toMatchObject({ code: 'agent_failed' });
  });

  test('is written within 200 ms of a change without being asked', async () => {
    const waits: number[] = [];
    const due: (() => void)[] = [];
    const clock = { now: () => 0, after: (ms: number, run: () => void) => (waits.push(ms), due.push(run), () => {}) };
    const log = await create(path, { clock });
    log.extend('message', 'one ');
    log.extend('message', 'two');
    expect(waits).toHaveLength(1);
    expect(waits[0]).toBeLessThan(200);
    due[0]!();
    await log.flush();
    // Both deltas became one line.
    expect((await readFile(path, 'utf8')).split('\n')).toHaveLength(3);
    await log.close();
  });

  test('keeps everything when a write fails, and says so', async () => {
    const log = await create();
    log.append(notice('one'));
    await rm(path);
    await expect(log.flush()).rejects.toMatchObject({ code: 'not_saved' });
    await writeFile(path, await headerOf(log.logId), { mode: 0o600 });
    await log.flush();
    await log.close();
    expect(await everything(await open())).toEqual([notice('one')]);
  });
});

describe('an entry that is too large', () => {
  test('is cut with a visible mark', async () => {
    const log = await create();
    const { body } = log.append(notice('😀'.repeat(MAX_ENTRY_BYTES)));
    expect(Buffer.byteLength(JSON.stringify(body))).toBeLessThan(MAX_ENTRY_BYTES);
    expect(body).toMatchObject({ text: expect.stringMatching(/^(😀)+\n… \[cut: \d+ more characters\]$/u) });
    await log.close();
  });

  test('goes on in a new entry when it is streamed text', async () => {
    const log = await create();
    const text = '"😀\n'.repeat(200_000);
    for (let i = 0; i < text.length; i += 50_000) log.extend('message', text.slice(i, i + 50_000));
    await log.close();
    const kept = await everything(await open());
    expect(kept.length).toBeGreaterThan(1);
    expect(kept.map((body) => (body.kind === 'message' ? body.text : '?')).join('')).toBe(text);
    for (const body of kept) expect(Buffer.byteLength(JSON.stringify(body))).toBeLessThanOrEqual(MAX_ENTRY_BYTES);
  });
});

const headerOf = async (logId: string) => `${JSON.stringify({ format: 'paseo-timeline', version: 1, logId })}\n`;
