import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { promisify } from 'node:util';

const VERSION = '1.18.33';
/** The program without the wrapper whose install script would be needed otherwise. */
const PACKAGE = `opencode-${process.platform}-${process.arch}`;
const UNREACHABLE = /ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|ENETUNREACH|network/i;

/**
 * The absolute path of a real OpenCode of exactly this version, installed on first use into the cache folder (350 MB, so it is no
 * dependency). null when the package registry cannot be reached; any other failure throws.
 */
export async function installOpenCode(): Promise<string | null> {
  const folder = join(cacheFolder(), `opencode-${VERSION}`);
  const program = join(folder, 'node_modules', PACKAGE, 'bin', 'opencode');
  if (await isProgram(program)) return program;
  await mkdir(cacheFolder(), { recursive: true });
  const work = await mkdtemp(join(cacheFolder(), 'opencode-'));
  try {
    const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-save', '--prefix', work];
    await promisify(execFile)('npm', ['install', ...options, `${PACKAGE}@${VERSION}`], { timeout: 300_000 });
    await rm(folder, { recursive: true, force: true });
    // Two runs at once: the other one was first, with the same content.
    await rename(work, folder).catch((error: unknown) =>
      isProgram(program).then((there) => there || Promise.reject(error)),
    );
    return program;
  } catch (error) {
    if (error instanceof Error && UNREACHABLE.test(error.message)) return null;
    throw error;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/**
 * Makes `root` a home in which OpenCode uses the model server at `baseUrl` and asks before it edits or runs anything.
 * Returns the environment: nothing of this machine's own but PATH.
 */
export async function openCodeHome(root: string, baseUrl: string): Promise<Record<string, string>> {
  const config = {
    provider: {
      scripted: {
        npm: '@ai-sdk/openai-compatible',
        name: 'Scripted',
        options: { baseURL: baseUrl, apiKey: 'test-key' },
        models: { 'test-model': { name: 'Test model' } },
      },
    },
    enabled_providers: ['scripted'],
    permission: { edit: 'ask', bash: 'ask' },
    autoupdate: false,
    share: 'disabled',
  };
  await mkdir(join(root, '.config', 'opencode'), { recursive: true });
  await writeFile(join(root, '.config', 'opencode', 'opencode.json'), JSON.stringify(config, null, 2));
  return { HOME: root, PATH: process.env['PATH'] ?? '' };
}

/** Variables for the provider entry: OpenCode shall reach for nothing but the model server. */
export const openCodeOffline: Readonly<Record<string, string>> = Object.fromEntries(
  ['AUTOUPDATE', 'MODELS_FETCH', 'LSP_DOWNLOAD', 'DEFAULT_PLUGINS', 'SHARE'].map((what) => [
    `OPENCODE_DISABLE_${what}`,
    '1',
  ]),
);

/** As the set-up scripts choose it. */
function cacheFolder(): string {
  const { PASEO_CACHE_DIR: own, XDG_CACHE_HOME: xdg } = process.env;
  if (own) return resolve(own);
  return join(xdg && isAbsolute(xdg) ? xdg : join(homedir(), '.cache'), 'paseo');
}

async function isProgram(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
