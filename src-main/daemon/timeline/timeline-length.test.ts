import type { FileHandle } from 'node:fs/promises';
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { TimelineLog } from './timeline-log.ts';

const KB = 1024;
let folder: string;
/** Bytes read from files since it was last set to 0. */
let bytesRead = 0;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'paseo-length-'));
  const any = await open(folder);
  const handle = Object.getPrototypeOf(any) as FileHandle;
  await any.close();
  const read = handle.read as (...args: unknown[]) => Promise<{ bytesRead: number }>;
  vi.spyOn(handle, 'read').mockImplementation(async function (this: FileHandle, ...args: unknown[]) {
    const result = await read.apply(this, args);
    bytesRead += result.bytesRead;
    return result as never;
  });
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true, force: true });
});

/** Every second entry is a text that grew, with marks in between. */
async function longLog(entries: number, end: string): Promise<string> {
  const lines = [JSON.stringify({ format: 'paseo-timeline', version: 1, logId: 'aaaaaaaa' })];
  for (let seq = 1; seq <= entries; seq++) {
    const grows = seq % 2 === 0;
    const notice = { kind: 'notice', level: 'info', text: `entry ${seq} ${'x'.repeat(200)}` };
    const body = grows ? { kind: 'message', text: 'm' } : notice;
    lines.push(JSON.stringify({ seq, at: '2026-01-01T00:00:00.000Z', body }));
    if (grows) for (let o = 1; o < 4; o++) lines.push(JSON.stringify({ g: seq, o, t: 'm' }));
    if (seq % 3 === 0) lines.push(JSON.stringify({ p: { h: 'host', n: seq } }));
  }
  const path = join(folder, `${entries}.jsonl`);
  await writeFile(path, `${lines.join('\n')}\n${end}`, { mode: 0o600 });
  return path;
}

test.each([
  ['closed in order', '{"closed":"aaaaaaaa"}\n', null],
  ['left open', '', null],
  ['torn', '{"seq":100001,"at":"20', null],
  ['cut to its host’s last mark', '{"seq":100001,"at":"2026-01-01T00:00:00.000Z","body":{"kind":"mess', 'host'],
])('a log that was %s opens at its end, whatever is before it', async (_, end, attachedTo) => {
  const costs: number[] = [];
  for (const entries of [2000, 100_000]) {
    const path = await longLog(entries, end);
    bytesRead = 0;
    const log = await TimelineLog.open(path, { attachedTo });
    const page = (await log.read(null, 1e6)).entries;
    costs.push(bytesRead);
    expect(page.map(({ seq }) => seq)).toEqual(Array.from({ length: 200 }, (__, i) => log.lastSeq - 199 + i));
    expect(page.findLast(({ body }) => body.kind === 'message')?.body).toEqual({ kind: 'message', text: 'mmmm' });
    await log.close();
  }
  // The beginning, the end as often as it is looked at, and the page: blocks of 64 KB each.
  expect(Math.max(...costs)).toBeLessThanOrEqual(7 * 64 * KB);
  expect(Math.abs(costs[1]! - costs[0]!)).toBeLessThanOrEqual(64 * KB);
});

test('a page anywhere in a log of 100,000 entries costs some blocks, and memory for itself', async () => {
  const log = await TimelineLog.open(await longLog(100_000, '{"closed":"aaaaaaaa"}\n'));
  await log.page(50_000, 10);
  const before = process.memoryUsage().heapUsed;
  for (const at of [2, 3, 50, 201, 33_333, 50_001, 99_999]) {
    bytesRead = 0;
    const page = await log.page(at, 10);
    expect(page.map(({ seq }) => seq)).toEqual(
      Array.from({ length: Math.min(10, at - 1) }, (_, i) => at - Math.min(10, at - 1) + i),
    );
    // Halving 20 MB down to one block takes nine looks at two blocks each.
    expect(bytesRead).toBeLessThanOrEqual(24 * 64 * KB);
  }
  expect(await log.page(1, 10)).toEqual([]);
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(32 * KB * KB);
  await log.close();
});
