import { existsSync, readFileSync } from 'node:fs';

import { command } from './command.mjs';
import { say, SetUpError, step } from './progress.mjs';

/** Names with `|` are one library under its old and its new (64-bit time) name. */
const ELECTRON = ['libgtk-3-0|libgtk-3-0t64', 'libnss3', 'libasound2|libasound2t64', 'libgbm1'];
const DESKTOP = ['xvfb', 'xauth', 'dbus', 'openbox', 'tint2', 'xdotool', 'x11-utils'];
const PICTURES_AND_BROWSER = ['imagemagick', 'chromium', 'fonts-dejavu-core'];
const TESTS = [...ELECTRON, ...DESKTOP, ...PICTURES_AND_BROWSER];
const PURPOSES = { electron: ELECTRON, tests: TESTS };

/** Makes sure of the system's libraries and programs. As root on Debian and its relatives it installs what is missing;
 * otherwise it says what to run, and stops when `required`.
 * @param {keyof typeof PURPOSES} purpose
 * @param {{ required: boolean }} options */
export async function ensureDebianPackages(purpose, { required }) {
  if (process.platform !== 'linux') return;
  if (!isDebian()) {
    if (purpose === 'tests') say(`• Not Debian: the tests need ${plainNames(TESTS).join(' ')} in this system's names.`);
    return;
  }
  const missing = await missingPackages(PURPOSES[purpose]);
  if (missing.length === 0) return;
  if (process.getuid?.() === 0) {
    await install(missing);
    return;
  }
  const line = `sudo apt-get update && sudo apt-get install -y --no-install-recommends ${missing.join(' ')}`;
  if (required) throw new SetUpError(`Debian packages are missing. Run this line, then try again:\n\n  ${line}\n`);
  say(`• Debian packages seem to be missing. If the app does not start, run:\n\n  ${line}\n`);
}

/** @param {string[]} wanted
 * @returns {Promise<string[]>} the names to install */
async function missingPackages(wanted) {
  const candidates = wanted.flatMap((names) => names.split('|'));
  // dpkg-query fails when one of them is unknown, and prints the others all the same.
  const query = ['-W', '-f', '${Package} ${db:Status-Status}\n', ...candidates];
  const { output } = await command('dpkg-query', query, { quiet: true });
  const installed = new Set(
    output.split('\n').flatMap((line) => (line.endsWith(' installed') ? line.split(' ')[0] : [])),
  );
  const missing = wanted.filter((names) => !names.split('|').some((name) => installed.has(name)));
  return Promise.all(missing.map(async (names) => (names.includes('|') ? await availableName(names) : names)));
}

/** @param {string} names */
async function availableName(names) {
  const [old = names, renamed = old] = names.split('|');
  const { output } = await command('apt-cache', ['policy', renamed], { quiet: true });
  return output.includes('Candidate:') && !output.includes('Candidate: (none)') ? renamed : old;
}

/** @param {string[]} packages */
async function install(packages) {
  await step(`Installing Debian packages: ${packages.join(' ')}`, async () => {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    // An out-of-date list may still be good enough, so only the installation decides.
    await command('apt-get', ['-q', 'update'], { env });
    const args = ['-q', '-y', '-o', 'Dpkg::Use-Pty=0', '-o', 'DPkg::Lock::Timeout=300'];
    const { code } = await command('apt-get', [...args, 'install', '--no-install-recommends', ...packages], { env });
    if (code !== 0) throw new SetUpError(`apt-get install failed (exit code ${code}). The message above says why.`);
  });
}

/** @param {string[]} packages */
function plainNames(packages) {
  return packages.map((names) => names.split('|')[0]);
}

function isDebian() {
  if (!existsSync('/usr/bin/dpkg-query') || !existsSync('/usr/bin/apt-get')) return false;
  const release = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
  return /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(release);
}
