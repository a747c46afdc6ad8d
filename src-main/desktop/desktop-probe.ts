import { readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { DesktopNotice } from '../../src-shared/ipc/contract.ts';
import { type Watchable, Watched } from '../../src-shared/watchable.ts';
import { desktopNotices } from './desktop-notices.ts';
import { hasTrayHost } from './tray-host.ts';

/** Looks at the desktop that the app runs on, when it starts and whenever it matters. */
export class DesktopProbe {
  readonly #notices = new Watched<readonly DesktopNotice[]>([]);
  #trayHost = false;
  #looked = false;

  get notices(): Watchable<readonly DesktopNotice[]> {
    return this.#notices;
  }

  /** Whether something shows tray icons, as of the last look. */
  get trayHost(): boolean {
    return this.#trayHost;
  }

  /** Resolves with whether a tray has appeared since the last look. */
  async look(): Promise<boolean> {
    const before = this.#trayHost;
    const first = !this.#looked;
    this.#looked = true;
    this.#trayHost = await hasTrayHost(process.env);
    const notices = desktopNotices({
      platform: process.platform,
      env: process.env,
      trayHost: this.#trayHost,
      uid: process.getuid?.() ?? null,
      electronVersion: process.versions.electron ?? '',
      setting: readSetting,
      sandboxHelper: sandboxHelperInPlace(),
    });
    if (JSON.stringify(notices) !== JSON.stringify(this.#notices.get())) this.#notices.set(notices);
    return !first && this.#trayHost && !before;
  }
}

function readSetting(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return null;
  }
}

function sandboxHelperInPlace(): boolean {
  const stats = statSync(join(dirname(process.execPath), 'chrome-sandbox'), { throwIfNoEntry: false });
  return stats !== undefined && stats.uid === 0 && (stats.mode & 0o4000) !== 0;
}
