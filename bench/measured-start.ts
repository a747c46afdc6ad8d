import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { OwnProcess } from './own-process.ts';
import { startDaemon } from './paseo-programs.ts';
import { treeMemory } from './process-memory.ts';

/** After this time a started program has done what it does by itself. */
const SETTLE_MS = 3000;
const EMPTY_SERVER = `require('node:http').createServer().listen(0, '127.0.0.1', () => console.log('ready'))`;

/** One start of a program: milliseconds from the start of its process, and what it then takes. */
export interface MeasuredStart {
  readonly listeningMs: number;
  /** null for a program without a tray icon. */
  readonly trayMs: number | null;
  readonly megabytes: number | null;
}

/** A Node program that listens and does nothing else. */
export async function startEmptyServer(): Promise<MeasuredStart> {
  const started = performance.now();
  const server = new OwnProcess(process.execPath, ['-e', EMPTY_SERVER]);
  return measured(server, async () => {
    await server.line();
    return { listeningMs: performance.now() - started, trayMs: null };
  });
}

/** `paseo daemon start` in `home`. */
export async function startHeadless(home: string): Promise<MeasuredStart> {
  const started = performance.now();
  const daemon = await startDaemon(home);
  const listeningMs = performance.now() - started;
  return measured(daemon, () => Promise.resolve({ listeningMs, trayMs: null }));
}

const Startup = z.object({ trayMs: z.number(), listeningMs: z.number() });

/** The built app in `home`. */
export function startApp(home: string, files: string): Promise<MeasuredStart> {
  return startElectron(fileURLToPath(new URL('../../', import.meta.url)), files, { PASEO_HOME: home });
}

/** The app in `folder`; both print their times as one JSON line. `files` is where Electron keeps its own. */
export async function startElectron(
  folder: string,
  files: string,
  env: Record<string, string> = {},
): Promise<MeasuredStart> {
  const { program, args, env: whole } = await electronProgram(folder, files, env);
  const app = new OwnProcess(program, args, whole);
  return measured(app, async () => Startup.parse(JSON.parse(await app.line())));
}

/** How to start the app in `folder`; `files` is where Electron keeps its own. It prints one line when it has started. */
export async function electronProgram(folder: string, files: string, env: Record<string, string>) {
  // Outside Electron the package is the path of its program.
  const { default: program } = (await import('electron')) as unknown as { default: string };
  const switches = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const own = { XDG_CONFIG_HOME: join(files, 'electron'), PASEO_STARTUP_TRACE: '1' };
  return { program, args: [...switches, folder], env: { ...process.env, ...env, ...own } };
}

async function measured(
  program: OwnProcess,
  ready: () => Promise<Pick<MeasuredStart, 'listeningMs' | 'trayMs'>>,
): Promise<MeasuredStart> {
  try {
    const times = await ready();
    await delay(SETTLE_MS);
    return { ...times, megabytes: await treeMemory(program.pid) };
  } finally {
    await program.stop();
  }
}
