import { chmod, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { MAX_FOLDERS } from '../../limits.ts';
import { FolderListing } from '../../../../src-shared/wire/agent.ts';
import { listFolders } from './folder-listing.ts';

let root: string;
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'paseo-folders-')));
});
afterEach(() => rm(root, { recursive: true, force: true }));

test('lists visible folders by name, links to folders included, at their real place', async () => {
  for (const name of ['b', 'a', '.hidden', 'ä']) await mkdir(join(root, name));
  await writeFile(join(root, 'file'), '');
  await symlink(join(root, 'a'), join(root, 'link'));
  await symlink(join(root, 'nowhere'), join(root, 'dangling'));
  await symlink(root, join(root, 'a', 'up'));
  const listing = await listFolders(join(root, 'a', 'up'), ['/somewhere']);
  expect(FolderListing.parse(listing)).toEqual({
    path: root,
    parent: join(root, '..'),
    folders: ['a', 'ä', 'b', 'link'].map((name) => ({ name, path: join(root, name) })),
    recent: ['/somewhere'],
  });
  expect((await listFolders('/', [])).parent).toBeNull();
});

test('lists at most 1000', async () => {
  await Promise.all(Array.from({ length: MAX_FOLDERS + 5 }, (_, i) => mkdir(join(root, `f${i}`))));
  expect((await listFolders(root, [])).folders).toHaveLength(MAX_FOLDERS);
});

test.each(['relative', '', '../..', '~', 'file', 'nothing', 'closed', '\0'])('refuses %j', async (name) => {
  await writeFile(join(root, 'file'), '');
  await mkdir(join(root, 'closed'));
  await chmod(join(root, 'closed'), 0);
  const path = ['file', 'nothing', 'closed', '\0'].includes(name) ? join(root, name) : name;
  // Root may read everything.
  if (name === 'closed' && process.getuid?.() === 0) return;
  await expect(listFolders(path, [])).rejects.toMatchObject({ code: 'bad_folder' });
});
