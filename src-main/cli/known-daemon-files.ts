import { mkdir, readdir, stat, unlink } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { type DaemonStore, KnownDaemon } from '../../src-shared/client/known-daemon.ts';
import { MAX_KNOWN_DAEMONS } from './limits.ts';
import { FileError, readPrivateFile, writeFileAtomic } from '../platform/atomic-file.ts';
import { systemErrorCode } from '../platform/system-error.ts';
import { CliError } from './cli-error.ts';

/** Where the command line keeps the daemons it has paired with: `PASEO_CLIENT_HOME`, else `paseo` in the user's settings folder. */
export function clientHome(env: Readonly<Record<string, string | undefined>>): string {
  if (env['PASEO_CLIENT_HOME']) return resolve(env['PASEO_CLIENT_HOME']);
  return join(env['XDG_CONFIG_HOME'] || join(homedir(), '.config'), 'paseo');
}

/** One file per daemon, 0600, in a folder of our own: each holds the keys for that daemon. Throws `CliError` and `FileError`. */
export function knownDaemonFiles(home: string): DaemonStore {
  const folder = join(home, 'daemons');
  const file = (id: string): string => join(folder, `${id}.json`);
  const get = async (id: string): Promise<KnownDaemon | null> => {
    await checkFolder(folder);
    try {
      return parsed(file(id), await readPrivateFile(file(id)));
    } catch (error) {
      if (error instanceof FileError && error.code === 'missing') return null;
      throw error;
    }
  };
  const ids = async (): Promise<string[]> =>
    (await readdir(folder).catch(() => [])).flatMap((name) => FILE.exec(name)?.[1] ?? []).sort();
  return {
    get,
    list: async () => (await Promise.all((await ids()).map(get))).filter((record) => record !== null),
    put: async (record) => {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await checkFolder(folder);
      const others = (await ids()).filter((id) => id !== record.id);
      if (others.length >= MAX_KNOWN_DAEMONS)
        throw new CliError(
          'too_many_daemons',
          `${MAX_KNOWN_DAEMONS} daemons are remembered. Delete some files in ${folder}.`,
        );
      await writeFileAtomic(file(record.id), `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 });
    },
    remove: (id) => unlink(file(id)),
  };
}

const FILE = /^([a-z2-7]{16})\.json$/;

function parsed(path: string, text: string): KnownDaemon {
  try {
    return KnownDaemon.parse(JSON.parse(text));
  } catch (cause) {
    throw new CliError(
      'corrupt',
      `${path} is not what was written there. Delete it, and pair with that daemon again.`,
      {
        cause,
      },
    );
  }
}

/** Whoever can write there could make us trust another daemon. */
async function checkFolder(folder: string): Promise<void> {
  const user = process.geteuid?.();
  const stats = await stat(folder).catch((error: unknown) => {
    if (systemErrorCode(error) === 'ENOENT') return null;
    throw new CliError('unusable', `${folder} cannot be used (${systemErrorCode(error) ?? 'unknown error'}).`, {
      cause: error,
    });
  });
  if (stats === null || user === undefined) return;
  if (stats.uid !== user)
    throw new CliError(
      'foreign_owner',
      `${folder} belongs to user ${stats.uid}. Set PASEO_CLIENT_HOME to a folder of your own.`,
    );
  if ((stats.mode & 0o022) !== 0)
    throw new CliError(
      'too_open',
      `Other users can write to ${folder}. Look at what is in it, then run: chmod 700 ${folder}`,
    );
}
