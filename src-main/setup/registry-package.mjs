import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';

import { command, npm } from './command.mjs';
import { cacheFolder } from './paths.mjs';
import { SetUpError, step } from './progress.mjs';

/** @typedef {{ name: string, version: string, integrity: string }} PinnedPackage */

/** Fetches one exactly pinned package from the npm registry into the cache, unpacked and made ready by `prepare`, and
 * returns its folder. It appears there whole or not at all, and is used again next time.
 * @param {string} title
 * @param {string} folderName the folder in the cache; change it when `prepare` changes
 * @param {PinnedPackage} pinned
 * @param {(unpacked: string, ready: string) => Promise<void>} prepare fills the empty folder `ready`
 * @returns {Promise<string>} */
export async function cachedPackage(title, folderName, pinned, prepare) {
  const folder = path.join(cacheFolder(), folderName);
  if (await exists(folder)) return folder;
  await mkdir(cacheFolder(), { recursive: true });
  const work = await mkdtemp(path.join(cacheFolder(), '.incoming-'));
  try {
    await step(title, async () => {
      await unpack(pinned, work);
      const ready = path.join(work, 'ready');
      await mkdir(ready);
      await prepare(path.join(work, 'package'), ready);
      await rename(ready, folder).catch(async (error) => {
        // Another checkout was quicker: what it made is the same.
        if (!(await exists(folder))) throw error;
      });
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return folder;
}

/** @param {PinnedPackage} pinned
 * @param {string} work */
async function unpack({ name, version, integrity }, work) {
  const packed = await npm(['pack', `${name}@${version}`, '--loglevel=error', '--pack-destination', work], {
    cwd: work,
    quiet: true,
  });
  const archive = path.join(work, `${name.replace('@', '').replace('/', '-')}-${version}.tgz`);
  if (packed.code !== 0 || !(await exists(archive))) {
    throw new SetUpError(`${name}@${version} could not be fetched from the npm registry: ${packed.output.trim()}`);
  }
  const hash = createHash('sha512');
  await pipeline(createReadStream(archive), hash);
  if (`sha512-${hash.digest('base64')}` !== integrity) {
    throw new SetUpError(`${name}@${version} from the npm registry is not the file that was pinned. It was not used.`);
  }
  const untar = await command('tar', ['-xzf', archive, '-C', work], { quiet: true });
  if (untar.code !== 0) throw new SetUpError(`${name}@${version} could not be unpacked: ${untar.output.trim()}`);
  await rm(archive);
}

/** @param {string} file */
async function exists(file) {
  return stat(file).then(
    () => true,
    () => false,
  );
}
