import { appendFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deferred } from '../../../src-shared/deferred.ts';
import { INSTANCE_MEMORY_MS, LEDGER_COMPACT_BYTES, RESULTS_PER_INSTANCE } from '../limits.ts';
import { collectingLogger } from '../../platform/logger.ts';
import { type CommandEntry, CommandLedger } from './command-ledger.ts';
import type { Outcome } from './request-outcome.ts';

const INSTANCE = '0123456789abcdef0123456789abcdef';
let folder: string;
let path: string;
let now: number;
let runs: string[];
const open: CommandLedger[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'paseo-ledger-'));
  path = join(folder, 'commands.jsonl');
  now = Date.parse('2026-01-01T00:00:00Z');
  runs = [];
});

afterEach(async () => {
  for (const ledger of open.splice(0)) await ledger.close();
  await rm(folder, { recursive: true });
});

describe('the command ledger', () => {
  it('runs a command once and gives the first result to everybody who sends it again', async () => {
    const ledger = await opened();
    const result = deferred<Outcome>();
    const first = ledger.run(entry(1), () => note('one', result.promise));
    const duplicate = ledger.run(entry(1), () => note('again'));
    result.resolve({ ok: true, result: { seq: 4 } });
    await expect(Promise.all([first, duplicate, ledger.run(entry(1), () => note('later'))])).resolves.toEqual(
      Array(3).fill({ ok: true, result: { seq: 4 } }),
    );
    expect(runs).toEqual(['one']);
    expect(ledger.lastCommand('owner', INSTANCE)).toBe(1);
  });

  it('has the id on disk before the command runs, in a file only its owner can read', async () => {
    const ledger = await opened();
    let seen = '';
    await ledger.run(entry(1), async () => {
      seen = await readFile(path, 'utf8');
      return OK;
    });
    expect(seen).toContain('"t":"accepted"');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('gives the same results after a restart, refusals included', async () => {
    const before = await opened();
    await before.run(entry(1), () => note('one'));
    await before.run(entry(2), () => Promise.resolve(BUSY));
    const after = await opened();
    await expect(after.run(entry(1), () => note('again'))).resolves.toEqual(OK);
    await expect(after.run(entry(2), () => note('again'))).resolves.toEqual(BUSY);
    expect(runs).toEqual(['one']);
  });

  it('never runs again what was under way when the daemon died', async () => {
    const before = await opened();
    void before.run(entry(1), () => note('one', new Promise(() => undefined)));
    await accepted();
    const after = await opened();
    await expect(after.run(entry(1), () => note('again'))).resolves.toMatchObject({ error: { code: 'interrupted' } });
    expect(runs).toEqual(['one']);
  });

  it('tells another command under a used id from the same one sent again', async () => {
    const ledger = await opened();
    await ledger.run(entry(1), () => note('one'));
    const other = ledger.run({ ...entry(1), digest: 'f'.repeat(32) }, () => note('other'));
    await expect(other).resolves.toMatchObject({ error: { code: 'out_of_order' } });
    expect(runs).toEqual(['one']);
  });

  it('keeps the newest results, and never runs an older command', async () => {
    const ledger = await opened();
    for (let n = 1; n <= RESULTS_PER_INSTANCE + 1; n++) await ledger.run(entry(n), () => note(String(n)));
    await expect(ledger.run(entry(1), () => note('again'))).resolves.toMatchObject({
      error: { code: 'result_expired' },
    });
    await expect(ledger.run(entry(2), () => note('again'))).resolves.toEqual(OK);
    expect(runs).not.toContain('again');
  });

  it('keeps a secret result in memory only', async () => {
    const ledger = await opened();
    const secret: Outcome = { ok: true, result: { url: '#offer=SECRET' } };
    await ledger.run({ ...entry(1), keepResult: false }, () => Promise.resolve(secret));
    await expect(ledger.run(entry(1), () => note('again'))).resolves.toEqual(secret);
    await fill(ledger);
    expect(await readFile(path, 'utf8')).not.toContain('SECRET');
    const after = await opened();
    await expect(after.run(entry(1), () => note('again'))).resolves.toMatchObject({
      error: { code: 'result_expired' },
    });
  });

  it('does not run what the disk refuses, and runs it when it is sent again', async () => {
    const ledger = await opened();
    await rm(path);
    await expect(ledger.run(entry(1), () => note('one'))).resolves.toMatchObject({ error: { code: 'not_saved' } });
    expect(runs).toEqual([]);
    await writeFile(path, `${HEADER}\n`, { mode: 0o600 });
    await expect(ledger.run(entry(1), () => note('one'))).resolves.toEqual(OK);
    expect((await opened()).lastCommand('owner', INSTANCE)).toBe(1);
  });

  it('cuts a torn last line off and goes on', async () => {
    const before = await opened();
    await before.run(entry(1), () => note('one'));
    await before.close();
    await appendFile(path, '{"t":"accepted","client":"ow');
    const after = await opened();
    await after.run(entry(2), () => note('two'));
    expect((await opened()).lastCommand('owner', INSTANCE)).toBe(2);
  });

  it.each([
    ['a damaged line', `${HEADER}\n{"t":"nonsense"}\n`],
    ['another format', '{"format":"other","version":1}\n'],
    ['nothing in it', ''],
  ])('refuses a file with %s, with advice, and leaves it alone', async (_, content) => {
    await writeFile(path, content, { mode: 0o600 });
    await expect(opened()).rejects.toMatchObject({ code: 'damaged', message: expect.stringContaining(path) });
    expect(await readFile(path, 'utf8')).toBe(content);
  });

  it('shrinks when it has grown, and still means the same', async () => {
    const ledger = await opened();
    const open = deferred<Outcome>();
    void ledger.run({ ...entry(1), instance: 'a'.repeat(32) }, () => open.promise);
    await fill(ledger);
    expect((await stat(path)).size).toBeLessThan(LEDGER_COMPACT_BYTES);
    const last = ledger.lastCommand('owner', INSTANCE);
    const after = await opened();
    expect(after.lastCommand('owner', INSTANCE)).toBe(last);
    await expect(after.run(entry(last), () => note('again'))).resolves.toEqual(BIG);
    const cut = after.run({ ...entry(1), instance: 'a'.repeat(32) }, () => note('again'));
    await expect(cut).resolves.toMatchObject({ error: { code: 'interrupted' } });
    expect(runs).not.toContain('again');
  });

  it('forgets an instance that was silent for longer than any outbox keeps a command', async () => {
    const ledger = await opened();
    await ledger.run(entry(5), () => note('one'));
    now += INSTANCE_MEMORY_MS + 1;
    await ledger.run({ ...entry(1), instance: 'b'.repeat(32) }, () => note('other'));
    expect(ledger.lastCommand('owner', INSTANCE)).toBe(0);
  });

  it('keeps devices apart', async () => {
    const ledger = await opened();
    await ledger.run(entry(3), () => note('owner'));
    await ledger.run({ ...entry(3), client: 'devicexx' }, () => note('device'));
    expect(runs).toEqual(['owner', 'device']);
  });
});

const HEADER = '{"format":"paseo-commands","version":1}';
const OK: Outcome = { ok: true, result: {} };
const BIG: Outcome = { ok: true, result: { text: 'x'.repeat(8000) } };
const BUSY: Outcome = { ok: false, error: { code: 'busy', message: 'Wait.' } };

async function opened(): Promise<CommandLedger> {
  const ledger = await CommandLedger.open(path, { logger: collectingLogger(), now: () => now });
  open.push(ledger);
  return ledger;
}

function entry(n: number): CommandEntry {
  return { client: 'owner', instance: INSTANCE, n, digest: '0'.repeat(32), keepResult: true };
}

function note(run: string, outcome: Promise<Outcome> = Promise.resolve(OK)): Promise<Outcome> {
  runs.push(run);
  return outcome;
}

/** Waits until the accepted command runs. */
async function accepted(): Promise<void> {
  while (runs.length === 0) await new Promise(setImmediate);
}

/** Enough commands to have the file rewritten. */
async function fill(ledger: CommandLedger): Promise<void> {
  const from = ledger.lastCommand('owner', INSTANCE);
  for (let n = 1; n <= LEDGER_COMPACT_BYTES / 8000 + 1; n++)
    await ledger.run(entry(from + n), () => Promise.resolve(BIG));
}
