import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';
import { OwnProcess } from './own-process.ts';

const program = fileURLToPath(new URL('../main/paseo.js', import.meta.url));
const Ready = z.object({ event: z.literal('ready'), listen: z.array(z.string()).min(1) });
const Offer = z.object({ url: z.string() });

/** Runs `work` with a folder of its own, which is gone afterwards. The path is short, since Unix sockets live there. */
export async function withFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'paseo-bench-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  // Also when the benchmark is interrupted.
  process.once('exit', remove);
  try {
    return await work(folder);
  } finally {
    process.removeListener('exit', remove);
    remove();
  }
}

/** A new home in `folder`. */
export async function makeHome(folder: string, config: object): Promise<string> {
  const home = join(folder, 'home');
  await mkdir(home, { mode: 0o700 });
  await writeFile(join(home, 'config.json'), JSON.stringify(config), { mode: 0o600 });
  return home;
}

/** `paseo relay start` as a process of its own. */
export async function startRelay(): Promise<{ process: OwnProcess; endpoint: string }> {
  const relay = new OwnProcess(process.execPath, [program, 'relay', 'start', '--listen', '127.0.0.1:0', '--json']);
  return { process: relay, endpoint: await listening(relay) };
}

/** `paseo daemon start` as a process of its own; resolves when it listens. `nodeArgs` are for Node itself. */
export async function startDaemon(home: string, nodeArgs: readonly string[] = []): Promise<OwnProcess> {
  const args = [...nodeArgs, program, 'daemon', 'start', '--foreground', '--json'];
  const daemon = new OwnProcess(process.execPath, args, { ...process.env, PASEO_HOME: home });
  await listening(daemon);
  return daemon;
}

/** The module that notes in `file` how a program does, for `--import` or an import. */
export function loopMonitor(file: string): string {
  const module = new URL('./loop-monitor.js', import.meta.url);
  module.search = encodeURIComponent(file);
  return module.href;
}

/** The link of a new offer of the daemon that runs in `home`. */
export async function pairingLink(home: string): Promise<string> {
  const env = { ...process.env, PASEO_HOME: home };
  const { stdout } = await promisify(execFile)(process.execPath, [program, 'daemon', 'pair', '--json'], { env });
  return Offer.parse(JSON.parse(stdout)).url;
}

async function listening(started: OwnProcess): Promise<string> {
  try {
    return Ready.parse(JSON.parse(await started.line())).listen[0] ?? '';
  } catch (error) {
    await started.stop();
    throw error;
  }
}
