import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ManualClock } from '../../../src-shared/manual-clock.ts';
import type { TimelineEntry } from '../../../src-shared/wire/timeline.ts';
import { TimelineLog } from './timeline-log.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'paseo-replay-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const HOST = 'host1';
/** What a line of the host does: it streams text, says something, says something that is held back, or says nothing. */
type Line = { readonly kind: 'stream' | 'say' | 'hold' | 'silent'; readonly text: string };

/** A daemon that tells the lines of a host and can be killed: everything but the file is forgotten then. */
class Daemon {
  readonly clock = new ManualClock();
  readonly log: TimelineLog;
  line: number;
  #held: string[] = [];

  static async start(path: string, create: boolean): Promise<Daemon> {
    let daemon: Daemon | null = null;
    const clock = new ManualClock();
    const settle = () => daemon?.settle() ?? null;
    const log = create
      ? await TimelineLog.create(path, { clock, settle })
      : await TimelineLog.open(path, { clock, settle, attachedTo: HOST });
    daemon = new Daemon(log, clock);
    return daemon;
  }

  private constructor(log: TimelineLog, clock: ManualClock) {
    this.log = log;
    this.clock = clock;
    this.line = log.position(HOST);
  }

  settle(): { hostId: string; line: number } {
    for (const text of this.#held.splice(0)) this.log.append({ kind: 'notice', level: 'info', text });
    return { hostId: HOST, line: this.line };
  }

  take({ kind, text }: Line): void {
    if (kind === 'hold') this.#held.push(text);
    else if (kind !== 'silent') this.settle();
    if (kind === 'stream') this.log.extend('message', text);
    if (kind === 'say') this.log.append({ kind: 'notice', level: 'warning', text });
    this.line++;
    this.log.moved();
  }
}

const line = fc.record({ kind: fc.constantFrom('stream', 'say', 'hold', 'silent'), text: fc.string({ minLength: 1 }) });
/** A number is where in the unmarked tail a kill tears the file (0: at the mark, 1: nowhere), or how far a hurry moves the clock. */
type Step =
  readonly [what: 'line', line: Line] | readonly [what: 'flush' | 'write' | 'restart' | 'kill' | 'hurry', by: number];
const often = { weight: 4, arbitrary: fc.tuple(fc.constant('line' as const), line) };
const some = (what: 'flush' | 'write' | 'restart' | 'kill' | 'hurry') =>
  fc.tuple(fc.constant(what), fc.double({ min: 0, max: 1, noNaN: true }));
const step: fc.Arbitrary<Step> = fc.oneof(
  often,
  ...(['flush', 'write', 'write', 'restart', 'kill', 'hurry'] as const).map(some),
);

test('every line of a host is told exactly once and in order, whenever the daemon is killed or restarted', async () => {
  let run = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 15, maxLength: 50, size: 'max' }), async (steps) => {
      const nameOf = () => join(folder, `${run++}.jsonl`);
      let path = nameOf();
      let daemon = await Daemon.start(path, true);
      const old: TimelineLog[] = [];
      await daemon.log.flush();
      const said: Line[] = [];
      for (const [what, by] of steps) {
        switch (what) {
          case 'line':
            said.push(by);
            daemon.take(by);
            break;
          case 'flush':
            await daemon.log.flush();
            break;
          case 'write':
            daemon.clock.advance(100);
            await vi.waitFor(() => expect(daemon.log.unsavedBytes).toBe(0), { interval: 1, timeout: 60_000 });
            break;
          case 'hurry':
            // Whatever it brings about may be under way when the next step comes.
            daemon.clock.advance(600 * by);
            break;
          case 'restart':
            await daemon.log.close();
            daemon = await Daemon.start(path, false);
            expect(daemon.line).toBe(said.length);
            break;
          case 'kill': {
            const bytes = await readFile(path);
            const marked = bytes.indexOf('\n', bytes.lastIndexOf('{"p":')) + 1;
            old.push(daemon.log);
            path = nameOf();
            const left = marked + Math.round((bytes.length - marked) * by);
            await writeFile(path, bytes.subarray(0, left), { mode: 0o600 });
            daemon = await Daemon.start(path, false);
            while (daemon.line < said.length) daemon.take(said[daemon.line]!);
          }
        }
      }
      await daemon.log.close();
      const kept = await TimelineLog.open(path, { attachedTo: HOST });
      const entries: TimelineEntry[] = await kept.page(kept.lastSeq + 1, 200);
      const told = entries.map(({ body }) => ('text' in body ? body.text : '?')).join('');
      expect(told).toBe(said.map(({ kind, text }) => (kind === 'silent' ? '' : text)).join(''));
      for (const log of [...old, kept]) await log.close();
    }),
    { numRuns: 40 },
  );
});
