import { createHash } from 'node:crypto';
import { chmod, copyFile, mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, isAbsolute, join } from 'node:path';
import type { RuntimePaths } from './runtime-paths.ts';

/**
 * The same programs at a place that stays when the app ends: an AppImage is a disk that is there only while it runs, and agents
 * outlive it. Copied once per version (about 100 MB) into the person's cache folder; elsewhere `paths` as they are. Also when they
 * cannot be copied: agents then end with the app. Never rejects.
 */
export async function lastingRuntime(paths: RuntimePaths, env: NodeJS.ProcessEnv): Promise<RuntimePaths> {
  return env['APPIMAGE'] ? copied(paths, env).catch(() => paths) : paths;
}

async function copied(paths: RuntimePaths, env: NodeJS.ProcessEnv): Promise<RuntimePaths> {
  const { nodePath, hostProgram, adapters } = paths;
  const sources = [nodePath, hostProgram, adapters.claude, adapters.codex];
  const key = createHash('sha256').update(JSON.stringify(await Promise.all(sources.map(describe))));
  const folder = join(cacheFolder(env), `runtime-${key.digest('hex').slice(0, 16)}`);
  // The programs are ES modules, and say so by their names here.
  const names = [basename(nodePath), 'agent-host.mjs', 'claude.mjs', 'codex.mjs'];
  const [node, host, claude, codex] = names.map((name) => join(folder, name)) as [string, string, string, string];
  if (!(await exists(folder))) await install(folder, sources, names);
  return { nodePath: node, hostProgram: host, adapters: { claude, codex } };
}

/** The folder appears whole or not at all. Those of other versions go: what still runs from them is loaded. */
async function install(folder: string, sources: string[], names: string[]): Promise<void> {
  await mkdir(dirname(folder), { recursive: true });
  const work = await mkdtemp(join(dirname(folder), '.incoming-'));
  try {
    for (const [i, source] of sources.entries()) await copyFile(source, join(work, names[i]!));
    await chmod(join(work, names[0]!), 0o755);
    await rename(work, folder).catch(async (error: unknown) => {
      // Another start was quicker, with the same content.
      if (!(await exists(folder))) throw error;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  for (const name of await readdir(dirname(folder))) {
    if (!/^runtime-[0-9a-f]{16}$/.test(name) || name === basename(folder)) continue;
    await rm(join(dirname(folder), name), { recursive: true, force: true });
  }
}

async function describe(path: string): Promise<[number, number]> {
  const { size, mtimeMs } = await stat(path);
  return [size, mtimeMs];
}

function cacheFolder(env: NodeJS.ProcessEnv): string {
  const xdg = env['XDG_CACHE_HOME'];
  return join(xdg && isAbsolute(xdg) ? xdg : join(homedir(), '.cache'), 'paseo');
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
