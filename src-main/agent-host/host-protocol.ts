/**
 * What a daemon and the host of an agent say to each other over the host's socket. Frames: length of what follows (unsigned, 32 bits,
 * big endian), type (8 bits), payload. A host outlives updates of the app, so a daemon meets hosts of older versions: a change
 * that one of them would not understand is a new {@link HOST_PROTOCOL}.
 *
 * Daemon: `hello` first, then `send`, `ack`, `sweep`, `flow`, `stop`. Host: `welcome` or `refused`, `asked` for each acknowledged line
 * that still waits for an answer, then `line`s, `swept`, `displaced` when another daemon took over, `ended` after the last line.
 */
export const HOST_PROTOCOL = 1;

/** Files of a host in the agent's folder. */
export const HOST_FILE = 'host.json';
export const JOURNAL_FILE = 'journal.jsonl';

export const FrameType = {
  hello: 1,
  send: 2,
  ack: 3,
  sweep: 4,
  flow: 5,
  stop: 6,
  welcome: 16,
  refused: 17,
  line: 18,
  swept: 19,
  displaced: 20,
  ended: 21,
  asked: 22,
} as const;

/** Opens a connection. `from`: number of the last line that the daemon has. */
export interface Hello {
  readonly protocol: number;
  readonly hostId: string;
  readonly from: number;
}

export type RpcId = string | number | null;

/** What a line for the program is. A frame holds it as JSON, a newline, and the line itself without one. */
export interface SendHeader {
  /** Id of our request, with its `method`. */
  readonly id?: number;
  readonly method?: string;
  /** The program's request that this line answers. Dropped when that was answered, or the program has used its id again since. */
  readonly answers?: AnsweredRequest;
}

/** `line`: number of the request's own, since a program may use an id many times. */
export interface AnsweredRequest {
  readonly id: RpcId;
  readonly line: number;
}

/** Which processes are to be ended of those that the program has started since the last prompt. */
export interface Sweep {
  /** Not those that descend from the program: it may still need them. */
  readonly orphansOnly: boolean;
  /** From SIGTERM to SIGKILL, in milliseconds; AGENT_STOP_GRACE_MS when absent. */
  readonly graceMs?: number;
}

/** Why a program ended when that was not its own doing: it broke the rules, or its host was killed. */
export type ProgramFault = 'line_too_long' | 'not_reading' | 'host_lost';

export interface ProgramEnd {
  readonly code: number | null;
  readonly signal: string | null;
  readonly fault: ProgramFault | null;
}

/** The end as the host knows it, with the end of standard error. */
export interface ReportedEnd extends ProgramEnd {
  readonly errorTail: string;
}

export interface HostWelcome {
  readonly protocol: number;
  readonly hostId: string;
  /** Of the program. */
  readonly pid: number;
  /** When the program was started; ISO 8601, UTC. */
  readonly startedAt: string;
  /** Lines up to this number are acknowledged: of them only the requests that wait for an answer come again, before all others. */
  readonly base: number;
  /** How many those are. */
  readonly asked: number;
  /** Number of the last line that the program wrote; 0 before the first. */
  readonly last: number;
  /** Highest id of a request that daemons made of the program; 0 when there was none. */
  readonly highestRequestId: number;
  /** Id of the last `session/prompt`, and whether the program has not answered it. */
  readonly lastPromptId: number | null;
  readonly promptOpen: boolean;
  readonly ended: ProgramEnd | null;
}

/** A process that was ended. */
export interface EndedProcess {
  readonly pid: number;
  readonly command: string;
}

/** One line of the program's standard output, without its end. `n` counts from 1 and is unique for the host. */
export interface HostLine {
  readonly n: number;
  readonly bytes: Buffer;
}
