import type { DesktopNotice } from '../../src-shared/ipc/contract.ts';

/** What was found out about this desktop. */
export interface DesktopFacts {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly trayHost: boolean;
  readonly uid: number | null;
  readonly electronVersion: string;
  /** Content of a file of the system, null when there is none. */
  readonly setting: (path: string) => string | null;
  /** Whether Chromium's own set-uid sandbox program is in place. */
  readonly sandboxHelper: boolean;
}

/** What a person should know about running Paseo on this desktop, each with its fix. */
export function desktopNotices(facts: DesktopFacts): DesktopNotice[] {
  const { platform, env, trayHost, uid, electronVersion } = facts;
  const linux = platform === 'linux';
  const notices: DesktopNotice[] = [];
  if (linux && !trayHost)
    notices.push({
      code: 'no-tray',
      message: 'This desktop shows no tray icons, so Paseo can only be seen in its windows.',
      fix: isGnome(env)
        ? 'Install the extension "AppIndicator and KStatusNotifierItem Support", or start Paseo again to get this window back.'
        : 'Add a system tray to your panel, or start Paseo again to get this window back.',
    });
  if (linux && uid === 0)
    notices.push({
      code: 'root',
      message: 'Paseo runs as root: its windows have no sandbox, and your agents may change anything on this computer.',
      fix: 'Quit, and start it as an ordinary user.',
    });
  else if (linux && namespacesRestricted(facts) && !facts.sandboxHelper)
    notices.push({
      code: 'user-namespaces',
      message: 'This system restricts user namespaces, so Paseo’s windows run without their sandbox.',
      fix: 'Install Paseo from its package, or make the chrome-sandbox file beside the app set-uid root (mode 4755).',
    });
  if (linux && env['WAYLAND_DISPLAY'] && !env['DISPLAY'])
    notices.push({
      code: 'wayland-only',
      message: 'This session has Wayland and no X server: windows cannot come to the front by themselves.',
      fix: 'If that or the tray icon is missing for you, install Xwayland and log in again.',
    });
  if (Number(electronVersion.split('.')[0]) < OLDEST_SUPPORTED_ELECTRON)
    notices.push({
      code: 'old-runtime',
      message: `Electron ${electronVersion} is old and gets no security fixes: fine for trying, not for daily use.`,
      fix: 'Connect to the internet, delete node_modules/.paseo-setup.json and run npm start again.',
    });
  return notices;
}

/** Electron mends its three newest major versions; the app is made for 45. */
const OLDEST_SUPPORTED_ELECTRON = 43;

function namespacesRestricted({ setting }: DesktopFacts): boolean {
  return (
    setting('/proc/sys/kernel/unprivileged_userns_clone') === '0' ||
    setting('/proc/sys/kernel/apparmor_restrict_unprivileged_userns') === '1' ||
    setting('/proc/sys/user/max_user_namespaces') === '0'
  );
}

function isGnome(env: DesktopFacts['env']): boolean {
  return (env['XDG_CURRENT_DESKTOP'] ?? '').split(':').some((name) => name.toLowerCase() === 'gnome');
}
