import { open, readFile } from 'node:fs/promises';
import { TimelineLog } from '../src-main/daemon/timeline/timeline-log.ts';
import { MAX_PAGE_ENTRIES } from '../src-shared/limits.ts';
import { median } from './sampling.ts';

/**
 * Opens one timeline in a process of its own and sends what that took: as Paseo does (`paseo`, after a crash with a host that goes on
 * `attached`), the same bytes without understanding them (`raw`), or all of it at once (`whole`).
 */
const [, , way = '', path = '', amount = '0'] = process.argv;
const PAGES = 200;

interface Found {
  readonly openMs: number;
  readonly pageMs: number;
  readonly megabytes: number;
}

async function paseo(attachedTo: string | null): Promise<Found> {
  const before = memory();
  const started = performance.now();
  const log = await TimelineLog.open(path, { attachedTo });
  const { entries } = await log.read(null, Infinity);
  const openMs = performance.now() - started;
  if (entries.length !== MAX_PAGE_ENTRIES) throw new Error(`the newest page has ${entries.length} entries`);
  const times: number[] = [];
  for (let i = 0; i < PAGES; i++) {
    const from = performance.now();
    const page = await log.page(
      MAX_PAGE_ENTRIES + 1 + Math.floor(Math.random() * log.lastSeq * 0.99),
      MAX_PAGE_ENTRIES,
    );
    times.push(performance.now() - from);
    if (page.length !== MAX_PAGE_ENTRIES) throw new Error(`a page has ${page.length} entries`);
  }
  return { openMs, pageMs: median(times), megabytes: memory() - before };
}

async function raw(bytes: number): Promise<Found> {
  const before = memory();
  const started = performance.now();
  const file = await open(path);
  const { size } = await file.stat();
  const read = async (position: number): Promise<void> => {
    const buffer = Buffer.alloc(bytes);
    await file.read(buffer, 0, bytes, position);
    for (const line of buffer.toString().split('\n').slice(1, -1)) JSON.parse(line);
  };
  await read(size - bytes);
  const openMs = performance.now() - started;
  const times: number[] = [];
  for (let i = 0; i < PAGES; i++) {
    const from = performance.now();
    await read(Math.floor(Math.random() * (size - bytes)));
    times.push(performance.now() - from);
  }
  return { openMs, pageMs: median(times), megabytes: memory() - before };
}

async function whole(): Promise<Found> {
  const before = memory();
  const started = performance.now();
  const text = await readFile(path, 'utf8');
  const entries = text
    .trimEnd()
    .split('\n')
    .map((line): unknown => JSON.parse(line));
  const openMs = performance.now() - started;
  const from = performance.now();
  if (entries.slice(-MAX_PAGE_ENTRIES).length !== MAX_PAGE_ENTRIES) throw new Error('too few lines');
  return { openMs, pageMs: performance.now() - from, megabytes: memory() - before };
}

/** Megabytes that this process takes once the garbage is gone. */
function memory(): number {
  globalThis.gc?.();
  return process.memoryUsage().rss / 1e6;
}

const ways: Readonly<Record<string, () => Promise<Found>>> = {
  paseo: () => paseo(null),
  attached: () => paseo('host'),
  raw: () => raw(Number(amount)),
  whole,
};
process.send?.((await ways[way]?.()) ?? null);
