import { mkdir, mkdtemp, readFile, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { JournalWriter } from './journal-writer.ts';
import { JOURNAL_COMPACT_BYTES } from './limits.ts';

const hostId = '0123456789abcdef0123456789abcdef';
let folder = '';
let path = '';
let journal: JournalWriter;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'paseo-journal-'));
  path = join(folder, 'journal.jsonl');
  journal = JournalWriter.create({ path, hostId, agentId: 'abcdefgh', maxBytes: 1_000_000 });
});
afterEach(async () => {
  journal.close();
  await rm(folder, { recursive: true });
});

/** All lines after `from`, as one reader after another would get them. */
function readAll(from: number): string[] {
  const all: string[] = [];
  for (let n = from; ;) {
    const some = journal.read(n);
    if (some.length === 0) return all;
    for (const line of some) {
      expect(line.n).toBe(n + 1);
      n = line.n;
      all.push(line.bytes.toString());
    }
  }
}

const text = (n: number) => `${n} ${'x'.repeat(n % 700)}`;
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => text(from + 1 + i));

describe('JournalWriter', () => {
  it('gives back every line from any place, whatever was acknowledged', () => {
    let acked = 0;
    for (let n = 1; n <= 6000; n++) {
      journal.append([Buffer.from(text(n))]);
      if (n % 500 !== 0) continue;
      acked = n - 700;
      journal.ack(acked);
      expect(journal.base).toBeLessThanOrEqual(Math.max(acked, 0));
      for (const from of [Math.max(acked, 0), n - 3, n]) expect(readAll(from)).toEqual(range(from, n));
    }
  });

  it('gives back a line that is longer than what is read at once', () => {
    const long = 'y'.repeat(1_000_000);
    journal.append(['a', long, 'b'].map((line) => Buffer.from(line)));
    expect(readAll(0)).toEqual(['a', long, 'b']);
    expect(readAll(1)).toEqual([long, 'b']);
  });

  it('is full at its bound, until lines are acknowledged', () => {
    for (let n = 1; !journal.full; n++) journal.append([Buffer.alloc(1000, 'z')]);
    expect(journal.last).toBe(Math.ceil(1_000_000 / 1001));
    journal.ack(journal.last - 10);
    expect(journal.full).toBe(false);
  });

  it('keeps the file small, private, and whole with its number of the first line', async () => {
    for (let n = 100; n <= 20_000; n += 100) {
      journal.append(range(n - 100, n).map((line) => Buffer.from(line)));
      journal.ack(n - 50);
    }
    const { size, mode } = await stat(path);
    expect(size).toBeLessThan(2 * JOURNAL_COMPACT_BYTES + 100_000);
    expect(mode & 0o777).toBe(0o600);
    const [header = '', ...lines] = (await readFile(path, 'utf8')).split('\n');
    const { base } = JSON.parse(header) as { base: number };
    expect(JSON.parse(header)).toEqual({
      format: 'paseo-agent-journal',
      version: 1,
      hostId,
      agentId: 'abcdefgh',
      base,
    });
    expect(lines).toEqual([...range(base, 20_000), '']);
  });

  it('ends with the end record, which no acknowledgement removes', async () => {
    journal.append([Buffer.alloc(JOURNAL_COMPACT_BYTES, 'x')]);
    journal.appendEnd({ code: 1, signal: null, fault: null, errorTail: 'a "b"\nc' });
    journal.ack(1);
    expect(readAll(0)).toHaveLength(0);
    const last = (await readFile(path, 'utf8')).split('\n').at(-2) ?? '';
    expect(JSON.parse(last)).toEqual({
      ...{ journalEnd: hostId, last: 1 },
      ...{ code: 1, signal: null, fault: null, errorTail: 'a "b"\nc' },
    });
  });

  it('takes acknowledgements when the file cannot be made smaller, and makes it smaller when it can', async () => {
    const draft = join(folder, `.journal-${hostId}.tmp`);
    await mkdir(draft);
    const lines = Array.from({ length: 20 }, () => Buffer.alloc(JOURNAL_COMPACT_BYTES / 4, 'x'));
    journal.append(lines);
    journal.ack(18);
    expect((await stat(path)).size).toBeGreaterThan(5 * JOURNAL_COMPACT_BYTES);
    expect(readAll(18)).toHaveLength(2);
    await rmdir(draft);
    journal.ack(19);
    expect((await stat(path)).size).toBeLessThan(JOURNAL_COMPACT_BYTES);
    expect(readAll(19)).toEqual([lines[19]!.toString()]);
  });

  it('leaves the file of another host alone', async () => {
    journal.append(Array.from({ length: 20 }, () => Buffer.alloc(JOURNAL_COMPACT_BYTES / 4, 'x')));
    await rm(path);
    await writeFile(path, 'of another host', { mode: 0o600 });
    journal.ack(18);
    journal.remove();
    expect(await readFile(path, 'utf8')).toBe('of another host');
  });

  it('refuses a file that is there already', () => {
    const again = () => JournalWriter.create({ path, hostId, agentId: 'abcdefgh', maxBytes: 1 });
    expect(again).toThrow('EEXIST');
  });
});
