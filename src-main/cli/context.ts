/** The process as commands see it. */
export interface CliContext {
  /** Absolute path of the program's script, to start it again in the background. */
  readonly script: string;
  readonly version: string;
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
}

/** Whether a person can be asked: questions go to standard error, answers come from standard input. */
export function canAsk({ stdin, stderr }: CliContext): boolean {
  return stdin.isTTY && stderr.isTTY;
}

/** What a person types to run us: the name on the path, or the way from a checkout. */
export function commandName({ env }: CliContext): string {
  return env['npm_lifecycle_event'] === undefined ? 'paseo' : 'npm run --silent paseo --';
}
