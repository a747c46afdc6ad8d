import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod, lstat, mkdir, mkdtemp, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, parse } from 'node:path';
import { createInterface } from 'node:readline';
import type { ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { z } from 'zod';
import type { Clock } from '../../../../src-shared/clock.ts';
import { HOST_PROTOCOL } from '../../../agent-host/host-protocol.ts';
import { HOST_IDLE_MS, HOST_UNATTENDED_MS, MAX_JOURNAL_BYTES } from '../../../agent-host/limits.ts';
import type { StartAnswer, StartSpec } from '../../../agent-host/start-spec.ts';
import {
  HOST_START_TIMEOUT_MS,
  HOST_STOP_TIMEOUT_MS,
  UNIX_SOCKET_PATH_BYTES,
  UNIX_SOCKET_PATH_BYTES_MACOS,
} from '../../limits.ts';
import { HostError } from './host-error.ts';

export interface ProgramSpec {
  /** Absolute path. */
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** The whole environment; `PASEO_AGENT_ID` in it is set to `agentId`. */
  readonly env: Readonly<Record<string, string>>;
  readonly agentId: string;
}

export interface HostProcessOptions {
  /** The agent's folder: `host.json` and `journal.jsonl` are written there. */
  readonly folder: string;
  /** Absolute paths: plain Node, and `agent-host.js`. */
  readonly nodePath: string;
  readonly hostProgram: string;
  /** Made with mode 0700 when it is not there. */
  readonly socketFolder: string;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
  /** HOST_IDLE_MS, HOST_UNATTENDED_MS and MAX_JOURNAL_BYTES when absent. */
  readonly idleMs?: number;
  readonly unattendedMs?: number;
  readonly maxJournalBytes?: number;
}

/**
 * Starts a host, which starts the program. Resolves when both run. Throws {@link HostError} `start_failed`, or the reason of
 * `signal`; nothing runs then.
 */
export async function startHost(program: ProgramSpec, options: HostProcessOptions): Promise<void> {
  const hostId = randomBytes(16).toString('hex');
  const place = await socketPlace(options.socketFolder, hostId);
  const { agentId, command, args, cwd, env } = program;
  const spec: StartSpec = {
    protocol: HOST_PROTOCOL,
    folder: options.folder,
    ...{ hostId, agentId, ...place },
    program: { command, args, cwd, env: { ...env, PASEO_AGENT_ID: agentId } },
    idleMs: options.idleMs ?? HOST_IDLE_MS,
    unattendedMs: options.unattendedMs ?? HOST_UNATTENDED_MS,
    maxJournalBytes: options.maxJournalBytes ?? MAX_JOURNAL_BYTES,
  };
  try {
    options.signal?.throwIfAborted();
    await runHost(spec, options);
  } catch (error) {
    if (place.ownFolder) await rmdir(dirname(place.socket)).catch(() => {});
    throw error;
  }
}

const Answer: z.ZodType<StartAnswer> = z.union([
  z.object({ ready: z.literal(true) }),
  z.object({ failed: z.string().max(4096) }),
]);

/** A host holds little: smaller heaps than Node's keep it small. */
const NODE_FLAGS = ['--max-semi-space-size=1', '--max-old-space-size=64'];

async function runHost(spec: StartSpec, { nodePath, hostProgram, clock, signal }: HostProcessOptions): Promise<void> {
  const child = spawn(nodePath, [...NODE_FLAGS, hostProgram], {
    cwd: parse(hostProgram).root,
    // Nothing of the daemon's, and no mark of the agent, by which its processes are found and ended.
    env: hostEnvironment(),
    detached: true,
    windowsHide: true,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  child.stdin.on('error', () => {});
  const stop = new AbortController();
  const cancel = clock.after(HOST_START_TIMEOUT_MS, () => stop.abort(failed('its host did not answer in time')));
  try {
    const answered = firstLine(child, AbortSignal.any(signal ? [signal, stop.signal] : [stop.signal]));
    child.stdin.end(JSON.stringify(spec));
    const answer = parseAnswer(await answered);
    if (!('ready' in answer)) throw failed(answer.failed);
    child.stdout.destroy();
    child.unref();
  } catch (error) {
    await endChild(child, clock);
    throw error;
  } finally {
    cancel();
  }
}

async function firstLine(child: HostChild, signal: AbortSignal): Promise<string> {
  const lines = createInterface({ input: child.stdout });
  try {
    return await new Promise<string>((resolve, reject) => {
      signal.throwIfAborted();
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      child.once('error', (error) => reject(failed(error.message)));
      child.once('close', (code, name) => reject(failed(`its host ended (${name ?? `exit code ${code}`})`)));
      lines.once('line', resolve);
    });
  } finally {
    lines.close();
  }
}

function parseAnswer(line: string): StartAnswer {
  try {
    return Answer.parse(JSON.parse(line));
  } catch {
    throw failed('its host said something strange');
  }
}

type HostChild = ChildProcessByStdio<Writable, Readable, null>;

/** Asked to end, a host ends its program before itself. */
async function endChild(child: HostChild, clock: Clock): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const cancel = clock.after(HOST_STOP_TIMEOUT_MS, () => child.kill('SIGKILL'));
  await exited;
  cancel();
}

/** Node on Windows needs one variable, elsewhere none. */
function hostEnvironment(): Record<string, string> {
  const root = process.env['SystemRoot'];
  return process.platform === 'win32' && root !== undefined ? { SystemRoot: root } : {};
}

function failed(reason: string): HostError {
  return new HostError('start_failed', reason);
}

/** Where a host listens: in the folder, or where its path is too long for a socket in a new one, which is as private. */
async function socketPlace(folder: string, hostId: string): Promise<Pick<StartSpec, 'socket' | 'ownFolder'>> {
  if (process.platform === 'win32') return { socket: pipePath(hostId), ownFolder: false };
  await makePrivate(folder);
  const name = `${hostId.slice(0, 16)}.sock`;
  const socket = join(folder, name);
  const limit = process.platform === 'darwin' ? UNIX_SOCKET_PATH_BYTES_MACOS : UNIX_SOCKET_PATH_BYTES;
  if (Buffer.byteLength(socket) <= limit) return { socket, ownFolder: false };
  const own = await mkdtemp(join(tmpdir(), 'paseo-'));
  return { socket: join(own, name), ownFolder: true };
}

/** The named pipe of a host on Windows. Everybody can list them, so it has only half of the id, which a daemon must know. */
export function pipePath(hostId: string): string {
  return `\\\\.\\pipe\\paseo-host-${hostId.slice(0, 16)}`;
}

async function makePrivate(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const stats = await lstat(folder);
  if (!stats.isDirectory() || stats.uid !== process.geteuid?.()) {
    throw failed(`${folder} is not a folder of yours. Move it away.`);
  }
  if ((stats.mode & 0o077) !== 0) await chmod(folder, 0o700);
}
