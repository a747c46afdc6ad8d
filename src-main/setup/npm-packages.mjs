import { existsSync, readFileSync } from 'node:fs';

import { npm } from './command.mjs';
import { inCheckout } from './paths.mjs';
import { SetUpError, step } from './progress.mjs';
import { digest, readStamp } from './stamp.mjs';

/** What the installed packages depend on: the lock file and the kind of machine. */
export function packagesKey() {
  return digest(readFileSync(inCheckout('package-lock.json')), process.platform, process.arch);
}

/** Installs exactly what package-lock.json names, running no package's scripts, unless that is already so.
 * @param {string} key from packagesKey
 * @param {unknown} installedKey what the stamp says was installed */
export async function ensureNpmPackages(key, installedKey) {
  const record = inCheckout('node_modules/.package-lock.json');
  if (existsSync(record) && (key === installedKey || matchesLock(record))) return;
  await step('Installing npm packages', async () => {
    const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
    const { code } = await npm(args, { cwd: inCheckout() });
    if (code !== 0) throw new SetUpError(`npm ci failed (exit code ${code}). The message above says why.`);
  });
}

/** Compares npm's own record of what it installed with the lock file, for someone who ran npm ci by hand.
 * @param {string} record */
function matchesLock(record) {
  const wanted = lockedVersions(inCheckout('package-lock.json'));
  const installed = lockedVersions(record);
  for (const [where, { version }] of installed) if (wanted.get(where)?.version !== version) return false;
  for (const [where, { optional }] of wanted) if (!optional && !installed.has(where)) return false;
  return installed.size > 0;
}

/** @param {string} file
 * @returns {Map<string, { version: unknown, optional: boolean }>} */
function lockedVersions(file) {
  const packages = readStamp(file)['packages'];
  const versions = new Map();
  for (const [where, entry] of Object.entries(packages ?? {})) {
    if (where !== '') versions.set(where, { version: entry?.version, optional: entry?.optional === true });
  }
  return versions;
}
