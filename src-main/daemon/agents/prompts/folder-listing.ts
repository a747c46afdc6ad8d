import { opendir, realpath, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { MAX_FOLDER_NAMES, MAX_FOLDERS } from '../../limits.ts';
import type { FolderListing } from '../../../../src-shared/wire/agent.ts';
import { systemErrorCode } from '../../../platform/system-error.ts';
import { AgentError } from '../agent-error.ts';

/** The folders inside `path`, sorted by name; hidden ones are left out. Throws {@link AgentError} `bad_folder`. */
export async function listFolders(path: string, recent: string[]): Promise<FolderListing> {
  const folder = await workingFolder(path);
  const folders: FolderListing['folders'] = [];
  try {
    for (const name of await visibleNames(folder)) {
      const child = join(folder, name);
      if (child.length > 4096 || !(await isFolder(child))) continue;
      folders.push({ name, path: child });
      if (folders.length >= MAX_FOLDERS) break;
    }
  } catch (error) {
    throw badFolder(path, error);
  }
  const parent = dirname(folder);
  return { path: folder, parent: parent === folder ? null : parent, folders, recent };
}

/** The real path of an existing folder that an agent can work in. Throws {@link AgentError} `bad_folder`. */
export async function workingFolder(path: string): Promise<string> {
  if (!isAbsolute(path) || path.includes('\0')) {
    throw new AgentError('bad_folder', 'The folder must be an absolute path such as /home/me/project.');
  }
  let real: string;
  try {
    real = await realpath(path);
    if ((await stat(real)).isDirectory() && real.length <= 4096) return real;
  } catch (error) {
    throw badFolder(path, error);
  }
  throw new AgentError('bad_folder', `${path} is not a folder. Choose a folder.`);
}

async function visibleNames(folder: string): Promise<string[]> {
  const names: string[] = [];
  for await (const entry of await opendir(folder)) {
    // A name that is not UTF-8 cannot be told to a client and back.
    const tellable = !entry.name.startsWith('.') && !entry.name.includes('\ufffd') && entry.name.length <= 255;
    if (tellable && (entry.isDirectory() || entry.isSymbolicLink())) names.push(entry.name);
    if (names.length >= MAX_FOLDER_NAMES) break;
  }
  return names.sort((a, b) => a.localeCompare(b, 'en'));
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
}

function badFolder(path: string, cause: unknown): AgentError {
  const code = systemErrorCode(cause);
  const why =
    code === 'ENOENT' ? 'does not exist' : code === 'EACCES' ? 'may not be read by this user' : 'cannot be opened';
  return new AgentError('bad_folder', `${path} ${why}. Choose another folder.`, { cause });
}
