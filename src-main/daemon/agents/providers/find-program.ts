import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';

/** The absolute path of an executable file: `command` itself, or the first of its name in the folders of `searchPath`. */
export async function findProgram(command: string, searchPath: string): Promise<string | null> {
  if (isAbsolute(command)) return (await isProgram(command)) ? command : null;
  // A relative path would depend on the folder the daemon was started in.
  if (/[/\\]/.test(command)) return null;
  // Scripts (.cmd) would need a shell.
  const name = process.platform === 'win32' && !/\.exe$/i.test(command) ? `${command}.exe` : command;
  for (const folder of searchPath.split(delimiter)) {
    if (isAbsolute(folder) && (await isProgram(join(folder, name)))) return join(folder, name);
  }
  return null;
}

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
