// npm start: sets up, builds and starts the tray app; without a display, the daemon alone.
import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';

import { ensureDebianPackages } from './debian-packages.mjs';
import { foreground } from './foreground.mjs';
import { runHere } from './here.mjs';
import { inCheckout } from './paths.mjs';
import { runMain, say } from './progress.mjs';
import { setUpElectron, setUpProgram } from './set-up.mjs';

await runMain(async () => {
  const args = process.argv.slice(2);
  await setUpProgram();
  if (!hasDisplay()) {
    say('• No display here (DISPLAY and WAYLAND_DISPLAY are unset): starting the daemon without the tray app.');
    await runHere('dist/main/paseo.js', ['daemon', 'start', '--foreground', ...args]);
    return;
  }
  await ensureDebianPackages('electron', { required: false });
  const electron = await setUpElectron();
  if (electron.kind === 'fallback') say(`• Electron ${electron.version} from the npm registry: old, for trying only.`);
  say('• Starting Paseo. Ctrl-C stops it.');
  process.exitCode = await foreground(electron.executable, [...chromiumSwitches(electron.dist), inCheckout(), ...args]);
});

function hasDisplay() {
  return process.platform !== 'linux' || Boolean(process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY']);
}

/** @param {string} dist */
function chromiumSwitches(dist) {
  if (process.platform !== 'linux') return [];
  const switches = process.env['DISPLAY'] ? [] : ['--ozone-platform=wayland'];
  if (process.getuid?.() === 0) {
    say('• Running as root: Chromium cannot use its sandbox (--no-sandbox). Run as an ordinary user to have it.');
    switches.push('--no-sandbox');
  } else {
    adviseOnSandbox(dist);
  }
  return switches;
}

/** Where unprivileged user namespaces are off, Chromium ends before the app could explain why.
 * @param {string} dist */
function adviseOnSandbox(dist) {
  const restricted =
    setting('/proc/sys/kernel/apparmor_restrict_unprivileged_userns') === '1' ||
    setting('/proc/sys/kernel/unprivileged_userns_clone') === '0';
  const helper = path.join(dist, 'chrome-sandbox');
  const { uid, mode } = statSync(helper, { throwIfNoEntry: false }) ?? { uid: 0, mode: 0o4755 };
  if (!restricted || (uid === 0 && (mode & 0o4000) !== 0)) return;
  say('• This system restricts user namespaces, which Chromium needs for its sandbox. If Paseo does not start, run:\n');
  say(`  sudo chown root:root '${helper}' && sudo chmod 4755 '${helper}'\n`);
}

/** @param {string} file */
function setting(file) {
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined;
}
