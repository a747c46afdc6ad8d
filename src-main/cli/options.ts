import { resolve } from 'node:path';
import type { Command } from 'commander';
import { homePath } from '../platform/home-path.ts';
import type { CliContext } from './context.ts';

export interface JsonOption {
  json?: boolean;
}

export interface HomeOption {
  home?: string;
}

/** Which daemon a command speaks to. */
export interface TargetOptions extends JsonOption, HomeOption {
  host?: string;
}

export function withHome(command: Command): Command {
  return command.option('--home <dir>', 'home of the daemon (default: $PASEO_HOME, else ~/.paseo)');
}

export function withJson(command: Command): Command {
  return command.option('--json', 'print JSON');
}

export function withTarget(command: Command): Command {
  return withJson(withHome(command)).option(
    '--host <target>',
    'daemon to use: a remembered name, host:port, Unix socket, pairing link, or - to read a link from standard input ' +
      '(default: the one of this home)',
  );
}

/** For options that may be given several times. */
export function collect(value: string, before: string[] | undefined): string[] {
  return [...(before ?? []), value];
}

/** Absolute path of the home that a command means. */
export function chosenHome({ home }: HomeOption, { env, cwd }: CliContext): string {
  return home === undefined ? homePath(env) : resolve(cwd, home);
}
