import { mkdir, mkdtemp, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../../../src-shared/clock.ts';
import { ManualClock } from '../../../../src-shared/manual-clock.ts';
import { FILE_LISTING_FRESH_MS, FILE_LISTING_KEPT_MS } from '../../limits.ts';
import { FileCompletion } from './file-completion.ts';
import { listFiles } from './file-listing.ts';
import { indexed, rankFiles } from './file-ranking.ts';

let home: string;
let cwd: string;
let clock: ManualClock;
let completion: FileCompletion;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'paseo-files-'));
  cwd = join(home, 'project');
  clock = new ManualClock();
  completion = new FileCompletion(clock);
  await put('src/main.ts', 'src/views/Main.tsx', 'docs/mainland.md', 'README.md');
});

afterEach(async () => {
  await completion.stop();
  expect(clock.armed).toBe(0);
  await rm(home, { recursive: true });
});

async function put(...paths: string[]): Promise<void> {
  for (const path of paths) await write(path, '');
}
async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(cwd, path)), { recursive: true });
  await writeFile(join(cwd, path), text);
}
async function complete(query: string): Promise<string[]> {
  return (await completion.complete(cwd, query)).map(({ path, kind }) => (kind === 'folder' ? `${path}/` : path));
}

describe('completing a mention', () => {
  test('offers names that begin so, then paths, parts of paths, and letters in order', async () => {
    await put('mainframe', 'a/remain.txt', 'm/a/i/n.txt');
    expect(await complete('MAIN')).toEqual([
      ...['mainframe', 'src/main.ts', 'docs/mainland.md', 'src/views/Main.tsx'],
      ...['a/remain.txt', 'm/a/i/n.txt'],
    ]);
    expect(await complete('src/')).toEqual(['src/views/', 'src/main.ts', 'src/views/Main.tsx']);
    expect(await complete('./src/v')).toEqual(['src/views/', 'src/views/Main.tsx']);
    expect(await complete('')).toEqual(['a/', 'docs/', 'm/', 'src/', 'README.md', 'mainframe']);
    expect(await complete('nothing like it')).toEqual([]);
  });

  test('leaves out what git ignores, in every folder and from above', async () => {
    await mkdir(join(home, '.git', 'info'), { recursive: true });
    await writeFile(join(home, '.git', 'info', 'exclude'), 'mine.txt\n');
    await writeFile(join(home, '.gitignore'), '*.tmp\n/project/out/\n');
    await write('.gitignore', '*.log\nnode_modules/\n');
    await write('deep/.gitignore', '!keep.log\n*.md\n');
    await put(
      'a.log',
      'deep/keep.log',
      'deep/x.md',
      'deep/x.tmp',
      'out/o.js',
      'mine.txt',
      'node_modules/p/i.js',
      'b.txt',
    );
    await put('node_modules_not/i.js', 'deep/.git/config');
    const all = (await listFiles(cwd, systemClock, new AbortController().signal)).map(({ path }) => path);
    expect(all.filter((path) => !/^(src|docs|README)/.test(path)).sort()).toEqual([
      ...['.gitignore', 'b.txt', 'deep', 'deep/.gitignore', 'deep/keep.log'],
      ...['node_modules_not', 'node_modules_not/i.js'],
    ]);
  });

  test('follows links to what lies inside, walks through none, and offers nothing outside', async () => {
    await writeFile(join(home, 'secret'), '');
    await symlink(join(home, 'secret'), join(cwd, 'link-secret'));
    await symlink(home, join(cwd, 'link-out'));
    await symlink('src', join(cwd, 'link-src'));
    await symlink('src/main.ts', join(cwd, 'link-main'));
    await symlink('link-loop', join(cwd, 'link-loop'));
    await symlink('.', join(cwd, 'link-self'));
    expect(await complete('link')).toEqual(['link-src/', 'link-main']);
  });

  test('leaves out names that cannot be told', async () => {
    await put('a\nb', 'a\u202eb', 'a\\b', 'ab');
    expect(await complete('a')).not.toContain('a\nb');
    expect((await complete('a')).filter((path) => path.startsWith('a'))).toEqual(['ab']);
  });

  test.each(['/nowhere/at/all', 'relative', '/etc/passwd', '/tmp\0'])('needs a folder: %j', async (path) => {
    await expect(completion.complete(path, 'a')).rejects.toMatchObject({ code: 'bad_folder' });
  });

  test('sees new files when its listing is some seconds old, and forgets it after a while', async () => {
    expect(await complete('new')).toEqual([]);
    await put('new.txt');
    await unlink(join(cwd, 'README.md'));
    expect(await complete('new')).toEqual([]);
    clock.advance(FILE_LISTING_FRESH_MS);
    expect(await complete('new')).toEqual(['new.txt']);
    expect(await complete('README')).toEqual([]);
    expect(clock.armed).toBe(1);
    clock.advance(FILE_LISTING_KEPT_MS);
    expect(clock.armed).toBe(0);
  });

  test('answers from what it has while a newer listing takes its time', async () => {
    await complete('');
    await put('new.txt');
    clock.advance(FILE_LISTING_FRESH_MS);
    const asked = complete('new');
    // The listing needs the disk, so that this comes first.
    await Promise.resolve();
    while (clock.armed < 2)
      await new Promise<void>((resolve) => queueMicrotask(resolve)).then(() => new Promise(setImmediate));
    clock.advance(200);
    expect([[], ['new.txt']]).toContainEqual(await asked);
  });
});

describe('ranking', () => {
  const name = fc.string({ minLength: 1, maxLength: 6, unit: fc.constantFrom('a', 'B', 'c', '.', '-', 'ä', '😀') });
  const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
  const files = fc
    .uniqueArray(path, { maxLength: 60 })
    .map((paths) => paths.map((one) => ({ path: one, kind: 'file' as 'file' | 'folder' })));

  test('offers only what is there, each once, never more than asked for, and every name that begins so first', () => {
    fc.assert(
      fc.property(files, fc.oneof(path, fc.string()), fc.integer({ min: 1, max: 50 }), (all, query, limit) => {
        const ranked = rankFiles(indexed(all), query, limit);
        expect(ranked.length).toBeLessThanOrEqual(limit);
        expect(new Set(ranked).size).toBe(ranked.length);
        expect(ranked.every((one) => all.includes(one))).toBe(true);
        const begins = (one: string) => one.split('/').at(-1)!.toLowerCase().startsWith(query.toLowerCase());
        const first = query === '' ? [] : ranked.map((one) => begins(one.path));
        expect(first).toEqual([...first].sort((a, b) => Number(b) - Number(a)));
      }),
    );
  });

  test('finds every file by its whole path, and by any letters of it in order', () => {
    fc.assert(
      fc.property(files, fc.nat(), fc.array(fc.boolean(), { maxLength: 40 }), (all, pick, letters) => {
        const one = all[pick % Math.max(1, all.length)];
        if (one === undefined) return;
        const found = rankFiles(indexed(all), one.path, all.length);
        expect(found.some(({ path: other }) => other === one.path)).toBe(true);
        const some = Array.from(one.path)
          .filter((_, i) => letters[i] ?? true)
          .join('');
        if (some === '' || some.startsWith('./')) return;
        expect(rankFiles(indexed(all), some, all.length).map((file) => file.path)).toContain(one.path);
      }),
    );
  });
});
