import { execFile } from 'node:child_process';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { TRAY_HOST_TIMEOUT_MS } from './limits.ts';
import { parseDisplay, x11SelectionOwned } from './x11-selection.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Whether something on this desktop shows tray icons: a StatusNotifierItem host on the session bus, or an X11 system tray. What
 * cannot be asked counts as no.
 */
export async function hasTrayHost(env: Environment, platform: NodeJS.Platform = process.platform): Promise<boolean> {
  if (platform !== 'linux') return true;
  const signal = AbortSignal.timeout(TRAY_HOST_TIMEOUT_MS);
  const [notifier, tray] = await Promise.all([statusNotifierHost(env, signal), x11Tray(env, signal)]);
  return notifier || tray;
}

const WATCHER = 'org.kde.StatusNotifierWatcher';
const PROPERTY = 'IsStatusNotifierHostRegistered';
const GET = 'org.freedesktop.DBus.Properties.Get';

/** Three tools that each ask the same; most desktops have the first, systemd the second, the bus itself the third. */
const QUESTIONS: readonly (readonly [string, ...string[]])[] = [
  ['gdbus', 'call', '--session', '-d', WATCHER, '-o', '/StatusNotifierWatcher', '-m', GET, WATCHER, PROPERTY],
  ['busctl', '--user', 'get-property', WATCHER, '/StatusNotifierWatcher', WATCHER, PROPERTY],
  [
    'dbus-send',
    '--session',
    '--print-reply',
    `--dest=${WATCHER}`,
    '/StatusNotifierWatcher',
    GET,
    `string:${WATCHER}`,
    `string:${PROPERTY}`,
  ],
];

async function statusNotifierHost(env: Environment, signal: AbortSignal): Promise<boolean> {
  // Without an address some tools would start a bus of their own.
  if (!env['DBUS_SESSION_BUS_ADDRESS'] && !env['XDG_RUNTIME_DIR']) return false;
  for (const [tool, ...args] of QUESTIONS) {
    const answer = await ask(tool, args, env, signal);
    if (answer !== 'no such tool') return answer;
  }
  return false;
}

function ask(
  tool: string,
  args: readonly string[],
  env: Environment,
  signal: AbortSignal,
): Promise<boolean | 'no such tool'> {
  return new Promise((resolve) => {
    execFile(tool, [...args], { env: { ...env }, signal, encoding: 'utf8' }, (error, output) => {
      if (error && 'code' in error && error.code === 'ENOENT') resolve('no such tool');
      else resolve(error === null && /\btrue\b/.test(output));
    });
  });
}

async function x11Tray(env: Environment, signal: AbortSignal): Promise<boolean> {
  const display = parseDisplay(env['DISPLAY'] ?? '');
  if (display === null) return false;
  const authorityFile = env['XAUTHORITY'] ?? join(homedir(), '.Xauthority');
  try {
    return await x11SelectionOwned(display, `_NET_SYSTEM_TRAY_S${display.screen}`, { authorityFile, signal });
  } catch {
    return false;
  }
}
