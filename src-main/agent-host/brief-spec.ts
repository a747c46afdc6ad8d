/** A program that runs for a few questions, in its caller's folder. */
export interface BriefProgram {
  /** Absolute path. */
  readonly command: string;
  readonly args: readonly string[];
  /** It is given what comes on standard input; otherwise nothing. */
  readonly input: boolean;
}

/** Exit codes from here on are no program's own, as in shells: it could not be run, or was ended by a signal. */
export const BRIEF_NOT_RUN = 126;
export const BRIEF_KILLED = 128;

/** The first argument of the host's program when no host is wanted. */
const BRIEF = 'brief';

/** Arguments for plain Node that run it. The environment must have a mark of its own: `PASEO_AGENT_ID`. */
export function briefArgs(hostProgram: string, { command, args, input }: BriefProgram): string[] {
  return [hostProgram, BRIEF, input ? 'input' : 'no-input', command, ...args];
}

/** What the arguments say; null when a host is wanted. */
export function parseBriefArgs([word, input, command, ...args]: readonly string[]): BriefProgram | null {
  return word === BRIEF && command !== undefined ? { command, args, input: input === 'input' } : null;
}
