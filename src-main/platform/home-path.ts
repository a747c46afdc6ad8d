import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** The home that the environment asks for: `PASEO_HOME`, else `~/.paseo`. */
export function homePath(env: Readonly<Record<string, string | undefined>>): string {
  return env['PASEO_HOME'] ? resolve(env['PASEO_HOME']) : join(homedir(), '.paseo');
}
