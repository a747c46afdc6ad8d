import { appendFile, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { ManualClock } from '../src-shared/manual-clock.ts';
import { encodeMark, encodeOpened } from '../src-main/daemon/timeline/log-lines.ts';
import { TimelineLog } from '../src-main/daemon/timeline/timeline-log.ts';
import { makeFigure } from './figure.ts';
import type { Report } from './figure.ts';
import { inFreshProcess } from './fresh-process.ts';
import { withFolder } from './paseo-programs.ts';
import { median } from './sampling.ts';
import { writeTimeline } from './timeline-file.ts';

const ENTRIES = 1_000_000;
const ROUNDS = 5;
/** About what 200 entries take as they are written here, so that the baseline reads as much as one page. */
const PAGE_BYTES = 36_000;
const Found = z.object({ openMs: z.number(), pageMs: z.number(), megabytes: z.number() });
type Found = z.infer<typeof Found>;

const OF = `a timeline of ${ENTRIES.toLocaleString('en')} entries in a fresh process`;
const RAW = 'baseline: the same number of bytes read and parsed as JSON, no more';
const AIM = { of: 'value', atMost: 100 } as const;

/** Opening and paging a very long timeline, what that takes in memory, and what streamed text takes on disk. */
export async function timelineBench(report: Report): Promise<void> {
  await withFolder(async (folder) => {
    const path = join(folder, 'timeline.jsonl');
    await writeTimeline(path, ENTRIES);
    const { size } = await stat(path);
    const reset = (): Promise<void> => truncate(path, size);
    const raw = await rounds(path, 'raw', reset);
    const clean = await rounds(path, 'paseo', reset);
    report(
      compare('timeline.open', 'openMs', clean, raw, `${OF} (${megabytes(size)}): opened, newest page read; ${RAW}`),
    );
    report(compare('timeline.page', 'pageMs', clean, raw, `200 entries anywhere in ${OF}; ${RAW}`));
    const all = Found.parse(await inFreshProcess('./timeline-reader.js', ['whole', path]));
    const memory = { value: median(clean.map((one) => one.megabytes)), baseline: all.megabytes };
    const growth = `growth of RSS over opening ${OF} and reading 200 pages of it, ${megabytes(size)} of history`;
    report(makeFigure('timeline.memory', 'MB', memory, `${growth}; baseline: read and parsed as a whole`));

    const torn = async (): Promise<void> => {
      await truncate(path, size);
      await appendFile(path, `${encodeOpened('bbbbbbbb')}{"seq":1000001,"at":"20`);
    };
    const crashed = await rounds(path, 'paseo', torn);
    report(compare('timeline.open.torn', 'openMs', crashed, clean, `${OF}, after a crash; baseline: closed in order`));
    const marked = async (): Promise<void> => {
      await truncate(path, size);
      await appendFile(path, encodeMark({ hostId: 'host', line: 1 }));
      await appendFile(path, '{"seq":1000001,"at":"2026-01-01T00:00:00.000Z","body":{"kind":"message","text":"."}}\n');
      const lines = Array.from({ length: 5 }, (_, i) => `{"g":1000001,"o":${i + 1},"t":"."}\n`);
      await appendFile(path, lines.join(''));
    };
    const attached = await rounds(path, 'attached', marked);
    const cut = `${OF}, after a crash, cut to its host's last mark; baseline: closed in order`;
    report(compare('timeline.open.attached', 'openMs', attached, clean, cut));
    const unmarked = await rounds(path, 'attached', torn, 1);
    const scan = `${OF}, after a crash before the first mark of a host: the whole file is looked through; baseline: closed in order`;
    report(
      makeFigure('timeline.open.unmarked', 'ms', { value: unmarked[0]!.openMs, baseline: mid(clean, 'openMs') }, scan),
    );
    await diskBench(folder, report);
  });
}

/** Opens in fresh processes; the file is made what it was before each. */
async function rounds(path: string, way: string, reset: () => Promise<void>, count = ROUNDS): Promise<Found[]> {
  const found: Found[] = [];
  for (let round = 0; round < count; round++) {
    await reset();
    found.push(Found.parse(await inFreshProcess('./timeline-reader.js', [way, path, String(PAGE_BYTES)])));
  }
  return found;
}

function compare(name: string, what: 'openMs' | 'pageMs', subject: Found[], baseline: Found[], note: string) {
  return makeFigure(name, 'ms', { value: mid(subject, what), baseline: mid(baseline, what) }, note, AIM);
}

function mid(found: readonly Found[], what: keyof Found): number {
  return median(found.map((one) => one[what]));
}

/** Bytes on disk of text streamed 200 times a second for a minute, coalesced and with a line for each. */
async function diskBench(folder: string, report: Report): Promise<void> {
  const [perSecond, seconds, delta] = [200, 60, ' a few words of it'];
  const bytesPerDelta = async (name: string, flushEach: boolean): Promise<number> => {
    const path = join(folder, name);
    const clock = new ManualClock();
    let line = 0;
    const log = await TimelineLog.create(path, { clock, settle: () => ({ hostId: 'aaaaaaaaaaaaaaaa', line }) });
    for (line = 1; line <= perSecond * seconds; line++) {
      log.extend('message', delta);
      clock.advance(1000 / perSecond);
      if (flushEach || line % (perSecond / 10) === 0) await written(log, flushEach);
    }
    await log.close();
    return (await stat(path)).size / (perSecond * seconds);
  };
  const measured = { value: await bytesPerDelta('coalesced', false), baseline: await bytesPerDelta('single', true) };
  const note = `on disk for each of ${perSecond} deltas a second of ${delta.length} bytes, marks included; baseline: each written by itself`;
  report(makeFigure('timeline.disk', 'bytes', measured, note, { of: 'value', atMost: 2 * delta.length }));
}

/** Waits until the background has written; `now` does not wait for its turn. */
async function written(log: TimelineLog, now: boolean): Promise<void> {
  if (now) return log.flush();
  while (log.unsavedBytes > 0) await new Promise((resolve) => setImmediate(resolve));
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}
