import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

type Environment = Readonly<Record<string, string>>;

/** The home folder of a program with this environment. */
export function homeOf(env: Environment): string {
  return env['HOME'] ?? env['USERPROFILE'] ?? '/';
}

/** `$XDG_CONFIG_HOME`, `$XDG_DATA_HOME` or what stands for them. */
export function xdgFolder(env: Environment, name: 'XDG_CONFIG_HOME' | 'XDG_DATA_HOME'): string {
  return env[name] || join(homeOf(env), name === 'XDG_CONFIG_HOME' ? '.config' : '.local/share');
}

/** The text of a file of another program; empty when it cannot be read. */
export function textOf(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}
