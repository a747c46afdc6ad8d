import { chmod, chown, lstat, mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { homePath } from '../../platform/home-path.ts';
import { openHome } from './paseo-home.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'paseo-home-'));
  path = join(folder, 'home');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const mode = async (file: string) => (await stat(file)).mode & 0o777;

test('PASEO_HOME names the home, ~/.paseo is the default', () => {
  expect(homePath({ PASEO_HOME: '/srv/paseo' })).toBe('/srv/paseo');
  expect(homePath({ PASEO_HOME: '' })).toBe(join(homedir(), '.paseo'));
  expect(homePath({})).toBe(join(homedir(), '.paseo'));
});

test.each([0o000, 0o077])('makes the home and its folders 0700 and its marker 0600 under umask %o', async (umask) => {
  const before = process.umask(umask);
  try {
    const home = await openHome(join(path, 'deeper'));
    expect(await mode(home.path)).toBe(0o700);
    expect(await mode(home.file('paseo-home.json'))).toBe(0o600);
    expect(await mode(await home.dir('agents', 'one'))).toBe(0o700);
    expect(await mode(home.file('agents'))).toBe(0o700);
  } finally {
    process.umask(before);
  }
});

test('opens its own home again, and closes it to others', async () => {
  const { path: opened } = await openHome(path);
  await writeFile(join(path, 'anything'), '');
  await chmod(path, 0o755);
  expect((await openHome(path)).path).toBe(opened);
  expect(await mode(path)).toBe(0o700);
});

test('takes an empty folder, one with settings made by hand, and what a start that died left', async () => {
  await mkdir(path, { mode: 0o755 });
  await writeFile(join(path, 'config.json'), '{}');
  await writeFile(join(path, '.paseo-home.json.0123456789abcdef.tmp'), '{');
  await writeFile(join(path, 'daemon.lock.0123456789abcdef.draft'), '{');
  await openHome(path);
  expect(await readdir(path)).toContain('paseo-home.json');
});

test('leaves a home that other software made as it is, and says to set PASEO_HOME', async () => {
  await mkdir(path, { mode: 0o755 });
  await writeFile(join(path, 'config.json'), '{}');
  await writeFile(join(path, 'daemon-keypair.json'), '{}');
  const error = await openHome(path).catch((caught: unknown) => caught);
  expect(error).toMatchObject({ code: 'foreign_home', message: expect.stringContaining('PASEO_HOME') });
  expect((await readdir(path)).sort()).toEqual(['config.json', 'daemon-keypair.json']);
  expect(await mode(path)).toBe(0o755);
});

test('refuses a marker of a newer version and one that is none', async () => {
  await openHome(path);
  const marker = join(path, 'paseo-home.json');
  await writeFile(marker, JSON.stringify({ format: 'paseo-home', version: 2, shape: 'new' }));
  await expect(openHome(path)).rejects.toMatchObject({
    code: 'newer_home',
    message: expect.stringContaining('Update'),
  });
  await writeFile(marker, '{"format":"something"}');
  await expect(openHome(path)).rejects.toMatchObject({ code: 'foreign_home' });
  await writeFile(marker, '');
  await expect(openHome(path)).rejects.toMatchObject({ code: 'foreign_home' });
});

test('refuses a used folder that others can write to, and takes an empty one', async () => {
  await mkdir(path);
  await chmod(path, 0o777);
  await openHome(path);
  expect(await mode(path)).toBe(0o700);
  await chmod(path, 0o770);
  await expect(openHome(path)).rejects.toMatchObject({
    code: 'too_open',
    message: expect.stringContaining('chmod 700'),
  });
});

test('refuses a folder that every user can replace, except where the sticky bit forbids it', async () => {
  await chmod(folder, 0o777);
  await expect(openHome(path)).rejects.toMatchObject({ code: 'too_open' });
  await chmod(folder, 0o1777);
  await openHome(path);
});

test('follows a link of the owner to its folder', async () => {
  const real = join(folder, 'real');
  await symlink(real, path);
  await expect(openHome(path)).rejects.toMatchObject({ code: 'unusable' });
  await mkdir(real);
  expect((await openHome(path)).path).toBe(real);
  expect((await lstat(path)).isSymbolicLink()).toBe(true);
});

test('refuses a file where the home should be', async () => {
  await writeFile(path, '');
  await expect(openHome(path)).rejects.toMatchObject({ code: 'not_a_folder' });
  await expect(openHome(join(path, 'home'))).rejects.toMatchObject({ code: 'unusable' });
});

test.runIf(process.getuid?.() === 0)('refuses the folder of another user, or one under it', async () => {
  await mkdir(path);
  await chown(path, 65534, 65534);
  await expect(openHome(path)).rejects.toMatchObject({ code: 'not_owner' });
  await expect(openHome(join(path, 'mine'))).rejects.toMatchObject({ code: 'not_owner' });
});

test('fifty starts at once make one home', async () => {
  const homes = await Promise.all(Array.from({ length: 50 }, () => openHome(path)));
  expect(new Set(homes.map((home) => home.path)).size).toBe(1);
  expect(await readdir(path)).toEqual(['paseo-home.json']);
});
