import { randomBytes } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { link, lstat, open, readdir, rename, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { CodedError } from '../../src-shared/coded-error.ts';
import { systemErrorCode } from './system-error.ts';

interface WriteOptions {
  /** Holds whatever the umask is. */
  readonly mode: number;
  /** Rejects with `EEXIST` instead of replacing a file that is there. */
  readonly exclusive?: boolean;
}

/**
 * Replaces the file at `path` in one step: readers see the old or the new content, also after a crash. The new content is on
 * disk when the promise resolves. Rejects with the error of the file system.
 */
export async function writeFileAtomic(path: string, data: string | Uint8Array, options: WriteOptions): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(8).toString('hex')}.tmp`);
  const file = await open(temporary, O_CREATE_NEW, options.mode);
  try {
    try {
      await file.chmod(options.mode);
      await file.writeFile(data);
      await file.sync();
    } finally {
      await file.close();
    }
    if (options.exclusive === true) await link(temporary, path);
    else await rename(temporary, path);
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
  if (options.exclusive === true) await unlink(temporary);
  await syncFolder(dirname(path));
}

/** Removes what {@link writeFileAtomic} left in `folder` when a process was killed: files too old for a write under way. */
export async function removeTemporaries(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!isTemporary(name)) continue;
    const path = join(folder, name);
    const stats = await lstat(path).catch(() => null);
    if (stats && Date.now() - stats.mtimeMs > TEMPORARY_MAX_AGE_MS) await unlink(path).catch(() => undefined);
  }
}

/** Whether `name` is a temporary file of {@link writeFileAtomic}. */
export function isTemporary(name: string): boolean {
  return TEMPORARY.test(name);
}

type FileErrorCode =
  'missing' | 'not_regular' | 'foreign_owner' | 'too_open' | 'hard_linked' | 'too_large' | 'unreadable';

export class FileError extends CodedError<FileErrorCode> {}

interface ReadOptions {
  /** A larger file is refused; 4 MiB when absent. */
  readonly maxBytes?: number;
  /** For files that are made by linking. */
  readonly allowSecondName?: boolean;
}

/**
 * The text (UTF-8) of a file that only its owner, this user, may read: a regular file, mode 0600 or less, reached by no symbolic
 * link and no second name. Throws {@link FileError}.
 */
export async function readPrivateFile(path: string, options: ReadOptions = {}): Promise<string> {
  const maxBytes = options.maxBytes ?? DEFAULT_MAX_BYTES;
  const file = await openForReading(path);
  try {
    const stats = await file.stat();
    checkPrivate(path, stats, options);
    if (stats.size > maxBytes) {
      throw new FileError(
        'too_large',
        `${path} has ${stats.size} bytes, more than the ${maxBytes} expected. Move it away.`,
      );
    }
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

/** The checks of {@link readPrivateFile} for a file that is open already. Throws {@link FileError}. */
export function checkPrivate(path: string, stats: Stats, options: ReadOptions = {}): void {
  checkOwned(path, stats);
  if (!stats.isFile()) throw new FileError('not_regular', `${path} is not a regular file. Move it away.`);
  if (process.geteuid === undefined) return;
  const mode = stats.mode & 0o777;
  if ((mode & 0o077) !== 0) {
    throw new FileError(
      'too_open',
      `Others can read or change ${path} (mode ${mode.toString(8)}). Run: chmod 600 ${path}`,
    );
  }
  if (stats.nlink > 1 && options.allowSecondName !== true) {
    throw new FileError('hard_linked', `${path} has a second name (a hard link). Replace it by a copy of its own.`);
  }
}

/** Throws {@link FileError} `foreign_owner` for what belongs to another user. */
function checkOwned(path: string, stats: Stats): void {
  const user = process.geteuid?.();
  if (user === undefined || stats.uid === user) return;
  throw new FileError(
    'foreign_owner',
    `${path} belongs to user ${stats.uid}, and this is user ${user}. Start Paseo as its owner, or set PASEO_HOME to another folder.`,
  );
}

const DEFAULT_MAX_BYTES = 4 * 1024 * 1024;
/** Far longer than any write takes. */
const TEMPORARY_MAX_AGE_MS = 60_000;
const TEMPORARY = /^\..+\.[0-9a-f]{16}\.tmp$/;

// Windows has neither flag; undefined there.
const O_NOFOLLOW = constants.O_NOFOLLOW ?? 0;
/** Without O_NONBLOCK, opening a FIFO would wait for its other end. */
const O_READ = constants.O_RDONLY | O_NOFOLLOW | (constants.O_NONBLOCK ?? 0);
const O_CREATE_NEW = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | O_NOFOLLOW;

async function openForReading(path: string) {
  try {
    return await open(path, O_READ);
  } catch (cause) {
    const code = systemErrorCode(cause);
    if (code === 'ENOENT') throw new FileError('missing', `${path} does not exist.`, { cause });
    if (code === 'ELOOP') {
      throw new FileError('not_regular', `${path} is a symbolic link. Replace it by the file itself.`, { cause });
    }
    if (code === 'ENXIO') throw new FileError('not_regular', `${path} is not a regular file. Move it away.`, { cause });
    throw new FileError('unreadable', `${path} cannot be read (${code ?? 'unknown error'}). Check its permissions.`, {
      cause,
    });
  }
}

/** Makes what was made, renamed or removed in a folder durable. */
export async function syncFolder(path: string): Promise<void> {
  // Windows cannot open a folder; a rename is durable there without it.
  if (process.platform === 'win32') return;
  const folder = await open(path, constants.O_RDONLY);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
