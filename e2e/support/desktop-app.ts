import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { _electron as electron, type ElectronApplication, expect, type Page } from '@playwright/test';
import type { DesktopApi, WindowName } from '../../src-shared/ipc/contract.ts';
import { fakeProvider, type TestFolder, testFolder, writeConfig } from './daemon-home.ts';

declare global {
  interface Window {
    /** In the app's own windows. */
    readonly paseo?: DesktopApi;
  }
}

const checkout = fileURLToPath(new URL('../../', import.meta.url));

/** What {@link launchApp} is given, with the home in it. */
export interface AppFolder extends TestFolder {
  readonly root: string;
}

/** A folder for the app, which finds the fake agent and ports that nobody else has in its settings; `agents`: more of those. */
export async function appFolder(agents: object = {}): Promise<AppFolder> {
  const folder = await testFolder();
  await writeConfig(folder.home, {
    daemon: { listen: `127.0.0.1:${await freePort()}`, relay: { embeddedPort: 0 } },
    agents: { ...agents, providers: { fake: fakeProvider } },
  });
  return { ...folder, root: join(folder.home, '..') };
}

/** Starts the built app on a home of its own. `env` adds to what it inherits, or replaces it. */
export function launchApp(folder: string, env: Record<string, string> = {}): Promise<ElectronApplication> {
  return electron.launch({ args: appArguments(), env: { ...appEnvironment(folder), ...env }, cwd: folder });
}

/** Starts the app a second time, as a person would; resolves with its exit code and what it said. */
export async function startAgain(folder: string): Promise<{ code: number | null; output: string }> {
  const { default: executable } = (await import('electron')) as unknown as { default: string };
  const child = spawn(executable, [...appArguments(), '--open=settings'], { env: appEnvironment(folder), cwd: folder });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => void (output += text));
  const code = await new Promise<number | null>((resolve, reject) =>
    child.once('error', reject).once('close', resolve),
  );
  return { code, output };
}

/** The app's home in the folder of a test. */
export function appHome(folder: string): string {
  return join(folder, 'home');
}

/** The page of one window, once the window is on the screen. */
export async function shownWindow(app: ElectronApplication, name: WindowName): Promise<Page> {
  const url = `paseo-app://ui/${name}.html`;
  const isShown = () =>
    app.evaluate(
      ({ BrowserWindow }, wanted) =>
        BrowserWindow.getAllWindows().some((window) => window.webContents.getURL() === wanted && window.isVisible()),
      url,
    );
  const find = () => app.windows().find((page) => page.url() === url);
  await expect.poll(async () => find() !== undefined && (await isShown())).toBe(true);
  return find()!;
}

/** Resolves with the exit code of the app's main process. Call it before whatever ends the app. */
export function exitOf(app: ElectronApplication): Promise<number | null> {
  return new Promise((resolve) => app.process().once('exit', resolve));
}

/** A port on loopback that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('The port is not known.');
  return address.port;
}

function appArguments(): string[] {
  return [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), checkout];
}

function appEnvironment(folder: string): Record<string, string> {
  const env = Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return { ...Object.fromEntries(env), PASEO_HOME: appHome(folder), XDG_CONFIG_HOME: join(folder, 'electron') };
}
