import { delimiter } from 'node:path';
import type { Clock } from '../../../../src-shared/clock.ts';
import { systemClock } from '../../../../src-shared/clock.ts';
import { loginShellVariables } from '../../../platform/login-shell.ts';
import { SHELL_REREAD_MS } from '../../limits.ts';
import { SETTING_FOLDERS } from './agent-environment.ts';

export interface ShellEnvironmentOptions {
  readonly environment: NodeJS.ProcessEnv;
  /** Plain Node that the login shell runs; null: the shell is not asked and `environment` is all there is. */
  readonly nodePath: string | null;
  readonly clock?: Clock;
}

/**
 * The daemon's environment with what the person's login shell adds: its PATH before the daemon's own, and where the agents'
 * programs keep their settings. The shell is asked once, and again by {@link refresh}.
 */
export class ShellEnvironment {
  readonly #options: ShellEnvironmentOptions;
  readonly #clock: Clock;
  #current: Promise<NodeJS.ProcessEnv> | null = null;
  #readAt = 0;

  constructor(options: ShellEnvironmentOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /** Never rejects. */
  current(): Promise<NodeJS.ProcessEnv> {
    this.#current ??= this.#read();
    return this.#current;
  }

  /** For something that was not found: asks the shell anew, unless that was just done. The same object when nothing changed. */
  async refresh(): Promise<NodeJS.ProcessEnv> {
    if (this.#options.nodePath === null || this.#clock.now() - this.#readAt < SHELL_REREAD_MS) return this.current();
    const before = this.#current;
    this.#current = this.#read().then(async (now) => {
      const last = await before;
      return last?.['PATH'] === now['PATH'] ? (last ?? now) : now;
    });
    return this.#current;
  }

  async #read(): Promise<NodeJS.ProcessEnv> {
    this.#readAt = this.#clock.now();
    const { environment, nodePath } = this.#options;
    if (nodePath === null) return environment;
    const variables = await loginShellVariables({ env: environment, nodePath, names: ['PATH', ...SETTING_FOLDERS] });
    if (variables === null) return environment;
    const folders = [variables['PATH'], environment['PATH']].flatMap((path) => path?.split(delimiter) ?? []);
    const path = [...new Set(folders)].filter((folder) => folder !== '').join(delimiter);
    return { ...environment, ...variables, PATH: path };
  }
}
