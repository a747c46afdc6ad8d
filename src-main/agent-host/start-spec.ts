/** What a daemon gives to a host on standard input, as JSON. Never in its arguments or environment, which others can read. */
export interface StartSpec {
  readonly protocol: number;
  /** Random, of this host alone. */
  readonly hostId: string;
  readonly agentId: string;
  /** The agent's folder, for the host's files. */
  readonly folder: string;
  /** Unix socket or named pipe to listen on; in a folder of its own when `ownFolder`, which goes with the host. */
  readonly socket: string;
  readonly ownFolder: boolean;
  readonly program: {
    readonly command: string;
    readonly args: readonly string[];
    readonly cwd: string;
    readonly env: Readonly<Record<string, string>>;
  };
  readonly idleMs: number;
  readonly unattendedMs: number;
  readonly maxJournalBytes: number;
}

/** What the host says on standard output: one line of JSON, when the program runs or cannot be started. */
export type StartAnswer = { readonly ready: true } | { readonly failed: string };

/** Throws when `text` is no {@link StartSpec}. */
export function parseStartSpec(text: string): StartSpec {
  const value = JSON.parse(text) as Partial<Record<keyof StartSpec, unknown>>;
  const program = value.program as Partial<Record<keyof StartSpec['program'], unknown>> | undefined;
  const good =
    typeof value.protocol === 'number' &&
    [value.hostId, value.agentId, value.folder, value.socket, program?.command, program?.cwd].every(isText) &&
    typeof value.ownFolder === 'boolean' &&
    typeof value.idleMs === 'number' &&
    typeof value.unattendedMs === 'number' &&
    typeof value.maxJournalBytes === 'number' &&
    Array.isArray(program?.args) &&
    program.args.every(isString) &&
    isRecord(program.env) &&
    Object.values(program.env).every(isString);
  if (!good) throw new Error('the start specification is not one');
  return value as StartSpec;
}

function isString(value: unknown): value is string {
  return typeof value === 'string';
}

function isText(value: unknown): value is string {
  return isString(value) && value !== '';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
