import type { RuntimePaths } from '../../../platform/runtime-paths.ts';
import type { SessionFacts } from '../acp/session-facts.ts';

/** A program of Paseo's that speaks ACP in front of a person's own program, which does not. */
type AdapterName = 'claude' | 'codex';

/** Plain Node, and what runs a program without anything that the daemon has open and ends all that it started. */
export type BriefRuntime = Pick<RuntimePaths, 'nodePath' | 'hostProgram'>;

/** A program of this machine with the environment that it would get. */
export interface FoundProgram {
  /** Absolute path. */
  readonly path: string;
  readonly env: Readonly<Record<string, string>>;
  /** null: it is asked without. */
  readonly runtime: BriefRuntime | null;
}

/** What is known about one program that is an agent. Nothing outside these files tells agents apart. */
export interface AgentFacts {
  readonly id: string;
  readonly label: string;
  /** The person's own program: a name that is looked up on PATH, or an absolute path. */
  readonly command: string;
  /** null: the command speaks ACP itself. */
  readonly adapter: AdapterName | null;
  /** For the program that speaks ACP. */
  readonly args: readonly string[];
  /** How to ask the command for its version; null when it is not known to have one. */
  readonly versionArgs: readonly string[] | null;
  /** Oldest version of the command that was seen to work with what is built in; null when that is not known. */
  readonly oldestVersion: string | null;
  /** Command line for a terminal, and another way in words; null where none is known. */
  readonly install: { readonly command: string; readonly otherwise: string } | null;
  /** Arguments with which the command updates itself; null: by installing it again. */
  readonly updateArgs: readonly string[] | null;
  readonly loginArgs: readonly string[] | null;
  /** The other way to log in, as the end of a sentence about the entry with this id. */
  readonly loginOtherwise: ((id: string) => string) | null;
  /** Arguments with which the command goes on with a session in the folder where it was made. */
  readonly continueArgs: ((sessionId: string) => readonly string[]) | null;
  /** Its sessions can be listed. */
  readonly listsSessions: boolean;
  /** A cancelled turn ends the tools that it runs; what else the turn started may be servers that the next one needs. */
  readonly endsItsTools: boolean;
  /** `session/load` harms the session that it loads: never call it. */
  readonly loadIsDestructive: boolean;
  /** Variables that are found out or made anew for every process. They win over the entry's own, which are in `program.env`. */
  readonly freshEnv: (program: FoundProgram) => Promise<Record<string, string>>;
  /** Whether the person is logged in, found out without sending a prompt; null when that cannot be known. Never rejects. */
  readonly loggedIn: (program: FoundProgram) => Promise<boolean | null>;
  /** Files whose change can change that answer. */
  readonly loginFiles: (env: Readonly<Record<string, string>>) => readonly string[];
  /** Why a prompt must not be sent to this session, with the fix; null when it may. */
  readonly refuses: (session: SessionFacts) => Promise<string | null>;
}

/** A provider as it is configured: an agent's facts with what `agents.providers` in config.json says. */
export interface ProviderEntry extends AgentFacts {
  readonly env: Readonly<Record<string, string>>;
  readonly enabled: boolean;
  /** Exact command lines for a terminal; null where none is known. */
  readonly installCommand: string | null;
  readonly updateCommand: string | null;
  readonly loginCommand: string | null;
  /** The same as sentences. */
  readonly installFix: string;
  readonly loginFix: string;
  /** What a person types in a terminal to go on with the session in the agent's own program; null when that is not known. */
  readonly continueCommand: (sessionId: string, cwd: string) => string | null;
}
