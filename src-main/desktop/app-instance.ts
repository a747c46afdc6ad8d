import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { app } from 'electron';

/**
 * Makes this the one app for `home`, and says whether it is: otherwise the one that runs already was told, and opens its window.
 * Each home has an app of its own, so the folder of Electron's files (which holds no data of ours) is named after the home.
 */
export function isOnlyInstance(home: string): boolean {
  if (!app.commandLine.hasSwitch('user-data-dir')) {
    const name = createHash('sha256').update(home).digest('hex').slice(0, 16);
    app.setPath('userData', join(app.getPath('appData'), 'Paseo', name));
  }
  return app.requestSingleInstanceLock();
}
