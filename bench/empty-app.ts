import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The smallest Electron app with a tray icon and a menu. It prints when its icon was there, as the app itself does. */
const MAIN = `import { app, Menu, nativeImage, Tray } from 'electron';
let tray;
void app.whenReady().then(() => {
  tray = new Tray(nativeImage.createFromBitmap(Buffer.alloc(16 * 16 * 4, 255), { width: 16, height: 16 }));
  tray.setContextMenu(Menu.buildFromTemplate([{ label: 'Quit', role: 'quit' }]));
  const trayMs = Math.round(Date.now() - process.getCreationTime());
  process.stdout.write(JSON.stringify({ event: 'startup', trayMs, listeningMs: trayMs }) + '\\n');
});
`;

/** Writes the app into `parent` and gives back its folder. */
export async function writeEmptyApp(parent: string): Promise<string> {
  const folder = join(parent, 'empty-app');
  await mkdir(folder);
  await writeFile(join(folder, 'main.mjs'), MAIN);
  await writeFile(
    join(folder, 'package.json'),
    JSON.stringify({ name: 'empty-app', version: '1.0.0', main: 'main.mjs' }),
  );
  return folder;
}
