import { constants } from 'node:fs';
import { access, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { npm } from '../../src-main/setup/command.mjs';
import { cacheFolder } from '../../src-main/setup/paths.mjs';
import { withSetUpLock } from '../../src-main/setup/set-up-lock.mjs';

export type ProgramName = 'claude' | 'codex' | 'opencode';

export const PINNED = { claude: '2.1.316', codex: '0.166.0', opencode: '1.18.33' } as const satisfies Record<
  ProgramName,
  string
>;

interface PinnedProgram {
  /** Folder in the cache. */
  readonly folder: string;
  /** The build for this machine, without the wrapper package whose install script would be needed otherwise. */
  readonly spec: string;
  /** The program below `node_modules`. */
  readonly file: string;
}

const PLATFORM = `${process.platform}-${process.arch}`;
const CODEX_TARGET = `${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-${
  { linux: 'unknown-linux-musl', darwin: 'apple-darwin' }[process.platform as string] ?? 'pc-windows-msvc'
}`;

const PROGRAMS: Readonly<Record<ProgramName, PinnedProgram>> = {
  claude: {
    folder: `claude-code-${PINNED.claude}`,
    spec: `@anthropic-ai/claude-code-${PLATFORM}@${PINNED.claude}`,
    file: `@anthropic-ai/claude-code-${PLATFORM}/claude`,
  },
  codex: {
    folder: `codex-${PINNED.codex}`,
    spec: `@openai/codex@${PINNED.codex}-${PLATFORM}`,
    file: `@openai/codex/vendor/${CODEX_TARGET}/bin/codex`,
  },
  opencode: {
    folder: `opencode-${PINNED.opencode}`,
    spec: `opencode-${PLATFORM}@${PINNED.opencode}`,
    file: `opencode-${PLATFORM}/bin/opencode`,
  },
};

const UNREACHABLE = /ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|ENETUNREACH|network/i;

/**
 * The absolute path of the real program of exactly the pinned version, installed on first use into the cache folder (350 to
 * 400 MB each, so they are no dependencies). null when the package registry cannot be reached; any other failure throws.
 */
export async function installProgram(name: ProgramName): Promise<string | null> {
  const { folder, spec, file } = PROGRAMS[name];
  const cache = cacheFolder();
  const program = join(cache, folder, 'node_modules', file);
  if (await isProgram(program)) return program;
  await mkdir(cache, { recursive: true });
  return withSetUpLock(
    async () => {
      // Another run may have installed it while this one waited.
      if (await isProgram(program)) return program;
      const reached = await install(cache, join(cache, folder), spec);
      if (reached && !(await isProgram(program))) throw new Error(`${spec} has no program at ${file}`);
      return reached ? program : null;
    },
    join(cache, `${folder}.lock`),
  );
}

/** The folder appears whole or not at all. False when the registry cannot be reached. */
async function install(cache: string, folder: string, spec: string): Promise<boolean> {
  const work = await mkdtemp(join(cache, '.incoming-'));
  try {
    const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-save', '--fetch-retries=1', '--prefix', work];
    const { code, output } = await npm(['install', ...options, spec], { cwd: work, quiet: true });
    if (code !== 0 && UNREACHABLE.test(output)) return false;
    if (code !== 0) throw new Error(`${spec} could not be installed: ${output.trim()}`);
    await rm(folder, { recursive: true, force: true });
    await rename(work, folder);
    return true;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function isProgram(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
