// Stands in for the default app of the official Electron: `electron [-r MODULE] [--version] PATH` runs the app at PATH.
// It awaits the app's main module, so that `ready` never comes before that module has run.
import { app } from 'electron';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

/** With the two methods that Electron has for its default app only.
 * @typedef {{ setVersion(version: string): void, setAppPath(path: string): void }} ForDefaultApp */
const host = /** @type {import('electron').App & ForDefaultApp} */ (app);
const require = createRequire(import.meta.url);
const preloads = [];
let target;
for (let index = 1; index < process.argv.length && target === undefined; index++) {
  const argument = process.argv[index] ?? '';
  if (argument === '--version' || argument === '-v') {
    process.stdout.write(`v${process.versions['electron']}\n`);
    process.exit(0);
  } else if (argument === '-r' || argument === '--require') {
    preloads.push(process.argv[++index] ?? '');
  } else if (!argument.startsWith('-')) {
    target = argument;
  }
}

Object.defineProperty(process, 'defaultApp', { value: true });
for (const preload of preloads) require(path.resolve(preload));
if (target === undefined) {
  process.stderr.write('usage: electron [-r MODULE] PATH-OF-APP\n');
  process.exit(2);
}
await run(path.resolve(target));

/** @param {string} location a folder with a package.json, or a script */
async function run(location) {
  const manifestPath = path.join(location, 'package.json');
  if (existsSync(manifestPath)) {
    const manifest = JSON.parse(readFileSync(manifestPath, 'utf8'));
    if (manifest.version) host.setVersion(manifest.version);
    const name = manifest.productName ?? manifest.name;
    if (name) app.setName(name);
    app.setDesktopName(manifest.desktopName ?? `${app.getName()}.desktop`);
    host.setAppPath(location);
    app.setPath('userData', userData());
    await import(pathToFileURL(path.join(location, manifest.main ?? 'index.js')).href);
  } else {
    host.setAppPath(path.dirname(location));
    await import(pathToFileURL(location).href);
  }
}

function userData() {
  const asked = app.commandLine.getSwitchValue('user-data-dir');
  return asked ? path.resolve(asked) : path.join(app.getPath('appData'), app.getName());
}
