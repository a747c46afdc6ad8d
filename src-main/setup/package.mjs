// npm run package [-- ARGUMENTS of electron-builder]: the installers for this system, in release/.
// npm run package:dir: the unpacked app alone.
import { existsSync, readFileSync } from 'node:fs';
import { chmod, cp, mkdir, rm } from 'node:fs/promises';
import path from 'node:path';

import { foreground } from './foreground.mjs';
import { inCheckout } from './paths.mjs';
import { runMain, say, SetUpError } from './progress.mjs';
import { setUpElectron, setUpProgram } from './set-up.mjs';

/** Where electron-builder.yml takes from what is no part of the build. */
const STAGE = inCheckout('.cache/package');

await runMain(async () => {
  await setUpProgram();
  const electron = await setUpElectron();
  await stageNode();
  await stagePrograms();
  const dist = await stageElectron(electron);
  if (electron.kind === 'fallback')
    say(`• Packaging Electron ${electron.version}, which is old and gets no security fixes: for trying only.`);
  const settings = [`-c.electronDist=${dist}`, `-c.electronVersion=${electron.version}`];
  const builder = inCheckout('node_modules/electron-builder/cli.js');
  const args = [builder, ...settings, '--publish', 'never', ...process.argv.slice(2)];
  process.exitCode = await foreground(process.execPath, args, { cwd: inCheckout(), endGroup: true });
});

/** The Node that runs this becomes the packages' own, so it must run elsewhere too. */
async function stageNode() {
  // The type does not know that a distribution may build Node as a library.
  const { node_shared: shared } = /** @type {{ node_shared?: boolean }} */ (process.config.variables);
  if (shared) {
    throw new SetUpError(
      `${process.execPath} needs a library of this system. Package with a Node from nodejs.org, which needs none.`,
    );
  }
  const windows = process.platform === 'win32';
  const node = path.join(STAGE, 'node', windows ? 'node.exe' : 'bin/node');
  await rm(path.join(STAGE, 'node'), { recursive: true, force: true });
  await mkdir(path.dirname(node), { recursive: true });
  await cp(process.execPath, node);
  await chmod(node, 0o755);
  const places = ['LICENSE', '../LICENSE', '../share/doc/nodejs/LICENSE', '../share/doc/node/LICENSE'];
  const license = places
    .map((place) => path.join(path.dirname(process.execPath), place))
    .find((file) => existsSync(file));
  if (license === undefined) say(`• There is no LICENSE beside ${process.execPath}: add Node's to the package.`);
  else await cp(license, path.join(STAGE, 'node/LICENSE'));
}

/** The part of the build that plain Node runs: the command line with the web client that it serves, hosts and adapters. */
async function stagePrograms() {
  const folder = path.join(STAGE, 'dist');
  await rm(folder, { recursive: true, force: true });
  const parts = ['package.json', 'main/agent-host.js', 'main/paseo.js', 'main/chunks', 'adapters', 'phone'];
  for (const part of parts) await cp(inCheckout('dist', part), path.join(folder, part), { recursive: true });
}

/** electron-builder takes an Electron as it was released: without our loader, which stands in for its default app.
 * @param {{ kind: string, dist: string }} electron */
async function stageElectron({ kind, dist }) {
  if (kind === 'official') return dist;
  const loader = path.join(dist, 'resources/app');
  if (!existsSync(loader)) return dist;
  const copy = path.join(STAGE, 'electron');
  const version = (/** @type {string} */ folder) => {
    const file = path.join(folder, 'version');
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  };
  if (version(copy) === version(dist) && existsSync(path.join(copy, 'resources'))) return copy;
  await rm(copy, { recursive: true, force: true });
  await cp(dist, copy, { recursive: true, filter: (source) => source !== loader });
  return copy;
}
