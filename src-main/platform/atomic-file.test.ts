import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmod,
  chown,
  link,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FileError, readPrivateFile, removeTemporaries, writeFileAtomic } from './atomic-file.ts';
import { bundledScript } from './bundled-script.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'paseo-file-'));
  path = join(folder, 'secret.json');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const mode = async (file: string) => (await stat(file)).mode & 0o777;

describe('writeFileAtomic', () => {
  test.each([0o000, 0o077])('gives the asked mode under umask %o, also to a file that had another', async (umask) => {
    await writeFile(path, 'old');
    await chmod(path, 0o644);
    const before = process.umask(umask);
    try {
      await writeFileAtomic(path, 'new', { mode: 0o600 });
    } finally {
      process.umask(before);
    }
    expect(await mode(path)).toBe(0o600);
    expect(await readPrivateFile(path)).toBe('new');
  });

  test('replaces a symbolic link instead of writing through it', async () => {
    const target = join(folder, 'target');
    await writeFile(target, 'theirs');
    await symlink(target, path);
    await writeFileAtomic(path, 'ours', { mode: 0o600 });
    expect(await readFile(target, 'utf8')).toBe('theirs');
    expect(await readPrivateFile(path)).toBe('ours');
  });

  test('exclusive: leaves a file that is there, and nothing else', async () => {
    await writeFileAtomic(path, 'first', { mode: 0o600, exclusive: true });
    await expect(writeFileAtomic(path, 'second', { mode: 0o600, exclusive: true })).rejects.toMatchObject({
      code: 'EEXIST',
    });
    expect(await readPrivateFile(path)).toBe('first');
    expect(await readdir(folder)).toEqual(['secret.json']);
  });

  test('leaves no temporary file when it fails', async () => {
    await mkdir(path);
    await expect(writeFileAtomic(path, '', { mode: 0o600 })).rejects.toMatchObject({ code: 'EISDIR' });
    expect(await readdir(folder)).toEqual(['secret.json']);
  });

  test('kill -9 at any moment leaves the old or the new content', async () => {
    const source = `import { writeFileAtomic } from ${JSON.stringify(join(import.meta.dirname, 'atomic-file.ts'))};
      for (let n = 1; ; n++) {
        await writeFileAtomic(process.argv[2], JSON.stringify({ n, fill: 'x'.repeat(n % 7 * 9000) }), { mode: 0o600 });
        if (n === 3) process.stdout.write('going');
      }`;
    const script = await bundledScript(folder, source);
    for (let run = 0; run < 10; run++) {
      const child = spawn(process.execPath, [script, path], { stdio: ['ignore', 'pipe', 'inherit'] });
      await once(child.stdout, 'data');
      const exited = once(child, 'exit');
      // Any moment will do: the process is in the middle of some write.
      child.kill('SIGKILL');
      await exited;
      expect(JSON.parse(await readPrivateFile(path))).toMatchObject({ n: expect.any(Number) });
    }
  });
});

test('removeTemporaries removes what a killed write left, and spares one under way', async () => {
  const old = join(folder, '.config.json.0123456789abcdef.tmp');
  await writeFile(old, '');
  await utimes(old, new Date(0), new Date(0));
  await writeFile(join(folder, '.config.json.fedcba9876543210.tmp'), '');
  await writeFile(join(folder, '.other.tmp'), '');
  await removeTemporaries(folder);
  expect((await readdir(folder)).sort()).toEqual(['.config.json.fedcba9876543210.tmp', '.other.tmp']);
});

describe('readPrivateFile', () => {
  const code = (promise: Promise<unknown>) =>
    promise.then(
      () => 'read',
      (error: unknown) => (error instanceof FileError ? error.code : error),
    );

  test('says that a file is missing', async () => {
    expect(await code(readPrivateFile(path))).toBe('missing');
  });

  test.each([0o644, 0o660, 0o606, 0o640])('refuses mode %o with the command that mends it', async (open) => {
    await writeFile(path, '');
    await chmod(path, open);
    await expect(readPrivateFile(path)).rejects.toThrow(`chmod 600 ${path}`);
    expect(await code(readPrivateFile(path))).toBe('too_open');
  });

  test('refuses a symbolic link, a second name, a folder and a pipe, without waiting for its other end', async () => {
    const target = join(folder, 'target');
    await writeFile(target, '', { mode: 0o600 });
    await symlink(target, join(folder, 'link'));
    await link(target, join(folder, 'second'));
    execFileSync('mkfifo', ['-m', '600', join(folder, 'pipe')]);
    expect(await code(readPrivateFile(join(folder, 'link')))).toBe('not_regular');
    expect(await code(readPrivateFile(join(folder, 'second')))).toBe('hard_linked');
    expect(await code(readPrivateFile(join(folder, 'pipe')))).toBe('not_regular');
    expect(await code(readPrivateFile(folder))).toBe('not_regular');
  });

  test('refuses a file that is larger than anything written there', async () => {
    await writeFile(path, 'x'.repeat(100), { mode: 0o600 });
    expect(await code(readPrivateFile(path, { maxBytes: 99 }))).toBe('too_large');
  });

  test.runIf(process.getuid?.() === 0)('refuses the file of another user', async () => {
    await writeFile(path, '', { mode: 0o600 });
    await chown(path, 65534, 65534);
    expect(await code(readPrivateFile(path))).toBe('foreign_owner');
  });
});
