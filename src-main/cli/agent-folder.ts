import { isAbsolute, resolve } from 'node:path';
import { UsageError } from './cli-error.ts';
import type { CliContext } from './context.ts';

/** The folder of the daemon's computer that `--cwd` means. `otherwise`: what can be done instead of naming one. */
export function agentFolder(cwd: string | undefined, local: boolean, context: CliContext, otherwise = ''): string {
  if (local) return resolve(context.cwd, cwd ?? '.');
  if (cwd === undefined || !isAbsolute(cwd))
    throw new UsageError(
      `The daemon is on another computer: name the folder there with --cwd and its whole path${otherwise}.`,
    );
  return cwd;
}
