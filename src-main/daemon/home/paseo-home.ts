import { lstat, mkdir, readdir, realpath, stat, chmod } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { FileError, isTemporary, readPrivateFile, writeFileAtomic } from '../../platform/atomic-file.ts';
import { systemErrorCode } from '../../platform/system-error.ts';
import { HomeError } from './home-error.ts';
import { checkNotForeign, checkParent, ownedByUs, writableByOthers } from './folder-safety.ts';

/** `$PASEO_HOME`: a folder of ours, 0700, with a marker file. */
export interface PaseoHome {
  /** Absolute, symbolic links resolved. */
  readonly path: string;
  /** The absolute path of a file in it. */
  file(name: string): string;
  /** The absolute path of a folder in it, made with mode 0700 when it is not there. */
  dir(...segments: string[]): Promise<string>;
}

/**
 * Opens the home at `path`, or makes it when it is missing or empty. A folder that other software made is left as it is.
 * Throws {@link HomeError} with the fix.
 */
export async function openHome(path: string): Promise<PaseoHome> {
  const folder = await ownFolder(resolve(path));
  if ((await readMarker(folder)) === null) {
    await checkUnused(folder);
    await writeMarker(folder, 'pending');
  }
  if (process.platform !== 'win32') await chmod(folder, 0o700);
  return new OpenHome(folder);
}

/** Whether the keys of this home were made. Until then, and never again, a start may make them. */
export async function identityMade(home: PaseoHome): Promise<boolean> {
  return (await readMarker(home.path))?.identity === 'made';
}

export async function rememberIdentityMade(home: PaseoHome): Promise<void> {
  await writeMarker(home.path, 'made');
}

const MARKER_NAME = 'paseo-home.json';
const MARKER_FORMAT = 'paseo-home';
const MARKER_VERSION = 1;

/** Loose, so that a newer marker can be told from a broken one. */
const Marker = z.looseObject({
  format: z.literal(MARKER_FORMAT),
  version: z.int().min(1),
  identity: z.enum(['pending', 'made']).catch('made'),
});
type Marker = z.infer<typeof Marker>;

/** What a first start may find and still call the folder its own: settings made by hand, and leftovers of a start that died. */
const HARMLESS = /^(config\.json|daemon\.lock.*|daemon\.log(\.\d+)?|\.DS_Store)$/;

class OpenHome implements PaseoHome {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  file(name: string): string {
    return join(this.path, name);
  }

  async dir(...segments: string[]): Promise<string> {
    const path = join(this.path, ...segments);
    await mkdir(path, { recursive: true, mode: 0o700 });
    return path;
  }
}

/** The folder itself: there, ours, and nobody else's to write. Returns its real path. */
async function ownFolder(path: string): Promise<string> {
  const link = await lstat(path).catch((error: unknown) => {
    if (systemErrorCode(error) === 'ENOENT') return null;
    throw unusable(path, error);
  });
  if (link === null) return await makeFolder(path);
  checkNotForeign(path, link);
  await checkParent(path);
  const folder = await realpath(path).catch((error: unknown) => {
    throw unusable(path, error);
  });
  await checkParent(folder);
  const stats = await stat(folder);
  if (!stats.isDirectory()) {
    throw new HomeError('not_a_folder', `${path} is not a folder. Set PASEO_HOME to a folder.`);
  }
  if (!ownedByUs(stats)) {
    throw new HomeError(
      'not_owner',
      `${path} belongs to user ${stats.uid}. Start Paseo as that user, or set PASEO_HOME to a folder of your own.`,
    );
  }
  if (writableByOthers(stats) && (await readdir(folder)).length > 0) {
    throw new HomeError(
      'too_open',
      `Other users can write to ${path}, so its content cannot be trusted. Look at what is in it, then run: chmod 700 ${path}`,
    );
  }
  return folder;
}

async function makeFolder(path: string): Promise<string> {
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o755 });
    await checkParent(path);
    await mkdir(path, { mode: 0o700 }).catch((error: unknown) => {
      // Another start was a moment faster.
      if (systemErrorCode(error) !== 'EEXIST') throw error;
    });
  } catch (error) {
    throw error instanceof HomeError ? error : unusable(path, error);
  }
  return await realpath(path);
}

async function checkUnused(folder: string): Promise<void> {
  const foreign = (await readdir(folder)).filter((name) => !HARMLESS.test(name) && !isTemporary(name));
  if (foreign.length === 0) return;
  throw new HomeError(
    'foreign_home',
    `${folder} was made by other software (it holds ${foreign.sort().slice(0, 3).join(', ')}${foreign.length > 3 ? ', …' : ''}). ` +
      'It was left as it is. Set PASEO_HOME to another folder.',
  );
}

async function readMarker(folder: string): Promise<Marker | null> {
  const path = join(folder, MARKER_NAME);
  let text: string;
  try {
    text = await readPrivateFile(path, { allowSecondName: true });
  } catch (error) {
    if (error instanceof FileError && error.code === 'missing') return null;
    throw error;
  }
  const marker = Marker.safeParse(parsed(text));
  if (!marker.success) {
    throw new HomeError('foreign_home', `${path} is not a marker of this program. Set PASEO_HOME to another folder.`);
  }
  if (marker.data.version > MARKER_VERSION) {
    throw new HomeError(
      'newer_home',
      `${folder} was made by a newer version of Paseo. Update Paseo, or set PASEO_HOME to another folder.`,
    );
  }
  return marker.data;
}

/** A marker that another start has just made is kept: its keys may be made already. */
async function writeMarker(folder: string, identity: Marker['identity']): Promise<void> {
  const marker = `${JSON.stringify({ format: MARKER_FORMAT, version: MARKER_VERSION, identity }, null, 2)}\n`;
  const exclusive = identity === 'pending';
  try {
    await writeFileAtomic(join(folder, MARKER_NAME), marker, { mode: 0o600, exclusive });
  } catch (error) {
    if (!exclusive || systemErrorCode(error) !== 'EEXIST') throw unusable(folder, error);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function unusable(path: string, cause: unknown): HomeError {
  const code = systemErrorCode(cause) ?? 'unknown error';
  return new HomeError(
    'unusable',
    `${path} cannot be used (${code}). Set PASEO_HOME to a folder that you can write to.`,
    {
      cause,
    },
  );
}
