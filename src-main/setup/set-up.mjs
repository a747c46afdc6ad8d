import { buildIsCurrent, ensureBuilt, sourcesKey } from './build-output.mjs';
import { inCheckout } from './paths.mjs';
import { SetUpError } from './progress.mjs';
import { readStamp, writeStamp } from './stamp.mjs';

const STAMP = 'node_modules/.paseo-setup.json';
/** The oldest Node that the build tools support. */
const OLDEST_NODE = [20, 19];

/** Brings this checkout to where it can run: packages, and a current build. Quick when nothing changed. */
export async function setUpProgram() {
  refuseOldNode();
  const { ensureNpmPackages, packagesKey } = await import('./npm-packages.mjs');
  const packages = packagesKey();
  if (readStamp(inCheckout(STAMP))['packages'] === packages && buildIsCurrent(sourcesKey())) return;
  await locked(async () => {
    await installPackages(packages, ensureNpmPackages);
    await ensureBuilt(sourcesKey());
  });
}

/** As setUpProgram, without the build: what the checks need. */
export async function setUpTools() {
  refuseOldNode();
  const { ensureNpmPackages, packagesKey } = await import('./npm-packages.mjs');
  await locked(() => installPackages(packagesKey(), ensureNpmPackages));
}

/** Finds or fetches the Electron to run, and returns it with the environment that makes every child use it.
 * Needs the npm packages. */
export async function setUpElectron() {
  const { ensureElectron, executableIn } = await import('./electron-runtime.mjs');
  const file = inCheckout(STAMP);
  const runtime = await locked(async () => {
    const stamp = readStamp(file);
    const found = await ensureElectron(stamp['electron']);
    if (found.kind !== 'chosen') writeStamp(file, { ...stamp, electron: found });
    return found;
  });
  process.env['ELECTRON_OVERRIDE_DIST_PATH'] = runtime.dist;
  return { ...runtime, executable: executableIn(runtime.dist) };
}

/** @param {string} packages
 * @param {typeof import('./npm-packages.mjs').ensureNpmPackages} ensure */
async function installPackages(packages, ensure) {
  const stamp = readStamp(inCheckout(STAMP));
  if (stamp['packages'] === packages) return;
  await ensure(packages, stamp['packages']);
  writeStamp(inCheckout(STAMP), { packages });
}

/** @template T
 * @param {() => Promise<T>} work
 * @returns {Promise<T>} */
async function locked(work) {
  const { withSetUpLock } = await import('./set-up-lock.mjs');
  return withSetUpLock(work);
}

function refuseOldNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = OLDEST_NODE;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return;
  throw new SetUpError(`This needs Node ${OLDEST_NODE.join('.')} or newer; here is ${process.versions.node}.`);
}
