import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';

import { command } from './command.mjs';
import { inCheckout } from './paths.mjs';
import { say, SetUpError, step } from './progress.mjs';
import { digest, readStamp, writeStamp } from './stamp.mjs';

const SOURCES = [
  'src-main',
  'src-renderer',
  'src-shared',
  'bench',
  'e2e',
  'vite.config.ts',
  'package.json',
  'package-lock.json',
];
const NOT_BUILT = /(^|\/)(setup|node_modules)$|\.(test|spec)\.tsx?$|\/tsconfig[^/]*\.json$|\.md$/;
const STAMP = 'dist/.build.json';

/** What the build depends on: every source file's path, size and time of change. */
export function sourcesKey() {
  const lines = SOURCES.flatMap((source) => describe(source));
  return digest(...lines.toSorted());
}

/** Whether dist/ was made from the sources as they are.
 * @param {string} key from sourcesKey */
export function buildIsCurrent(key) {
  return readStamp(inCheckout(STAMP))['sources'] === key;
}

/** Builds dist/ unless it is current.
 * @param {string} key from sourcesKey */
export async function ensureBuilt(key) {
  if (buildIsCurrent(key)) return;
  await step('Building', async () => {
    const vite = inCheckout('node_modules/vite/bin/vite.js');
    const args = [vite, 'build', '--logLevel', 'warn'];
    const { code, output } = await command(process.execPath, args, { cwd: inCheckout(), quiet: true });
    // The bundler colours its messages whoever reads them, and adds its own stack to a mistake in a source file.
    const shown = stripVTControlCharacters(output)
      .replace(/^ +(at |errors: ).*\n|^}\n/gm, '')
      .trim();
    if (shown !== '') say(shown);
    if (code !== 0) throw new SetUpError('The build failed. The message above says where.');
    writeStamp(inCheckout(STAMP), { sources: key });
  });
}

/** @param {string} relative
 * @returns {string[]} */
function describe(relative) {
  if (NOT_BUILT.test(relative)) return [];
  const stat = statSync(inCheckout(relative), { throwIfNoEntry: false });
  if (stat === undefined) return [];
  if (!stat.isDirectory()) return [`${relative} ${stat.size} ${stat.mtimeMs}`];
  return readdirSync(inCheckout(relative)).flatMap((name) => describe(path.posix.join(relative, name)));
}
