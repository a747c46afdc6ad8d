import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { OwnProcess } from './own-process.ts';
import { electronProgram } from './measured-start.ts';
import { loopMonitor } from './paseo-programs.ts';
import type { DaemonProgram } from './scale-stage.ts';

/**
 * The app as it is, with the loop monitor beside it. A line on its standard input opens the window as a second start would, and says how
 * many milliseconds that took.
 */
const main = (monitor: string) => `import { createInterface } from 'node:readline';
import { app } from 'electron';
await import(${JSON.stringify(monitor)});
await import('./dist/main/main.js');
createInterface({ input: process.stdin }).on('line', () => {
  const started = performance.now();
  app.once('browser-window-created', (_event, window) => {
    window.once('show', () => {
      process.stdout.write(JSON.stringify({ windowMs: performance.now() - started }) + '\\n');
      window.close();
    });
  });
  app.emit('second-instance');
});
`;
const Shown = z.object({ windowMs: z.number() });

export interface WatchedApp extends DaemonProgram {
  /** Milliseconds until the agents window was on the screen; it is closed again. */
  openWindow(): Promise<number>;
}

/** Starts the built app in `home`; `folder` is where Electron and the bench keep their files. */
export async function startWatchedApp(home: string, folder: string, notes: string): Promise<WatchedApp> {
  const files = join(folder, 'watched-app');
  await mkdir(files);
  await symlink(fileURLToPath(new URL('..', import.meta.url)), join(files, 'dist'));
  await writeFile(join(files, 'main.mjs'), main(loopMonitor(notes)));
  const description = { name: 'paseo', productName: 'Paseo', version: '1.0.0', main: 'main.mjs' };
  await writeFile(join(files, 'package.json'), JSON.stringify(description));
  const { program, args, env } = await electronProgram(files, folder, { PASEO_HOME: home });
  const app = new OwnProcess(program, args, env);
  // It says that it has started.
  await app.line();
  return {
    pid: app.pid,
    stop: () => app.stop(),
    openWindow: async () => {
      app.write('\n');
      return Shown.parse(JSON.parse(await app.line())).windowMs;
    },
  };
}
