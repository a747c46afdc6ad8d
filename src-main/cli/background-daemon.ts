import { type ChildProcess, spawn } from 'node:child_process';
import { parse } from 'node:path';
import { CodedError } from '../../src-shared/coded-error.ts';
import { BACKGROUND_START_TIMEOUT_MS } from './limits.ts';
import { CliError } from './cli-error.ts';
import type { CliContext } from './context.ts';
import { type ReadyMessage, StartMessage } from './ready-message.ts';

export interface DaemonStart {
  /** Absolute. */
  readonly home: string;
  /** undefined: as configured. */
  readonly listen: readonly string[] | undefined;
  readonly attended: boolean;
}

/**
 * Starts this program again, in a session of its own, and resolves when its daemon is ready. Whatever the daemon has to say
 * later is in the log in its home. Throws the daemon's own error.
 */
export async function backgroundDaemon(start: DaemonStart, { script, env }: CliContext): Promise<ReadyMessage> {
  const listen = start.listen?.flatMap((address) => ['--listen', address]) ?? [];
  const args = [script, 'daemon', 'start', '--foreground', '--home', start.home, ...listen];
  if (start.attended) args.push('--attended');
  // An agent may start it in its terminal: with that agent's mark the daemon would end when the agent does.
  const { PASEO_AGENT_ID: _, ...own } = env;
  const child = spawn(process.execPath, args, {
    // A folder that is always there and that nobody wants to unmount.
    cwd: parse(start.home).root,
    env: { ...own, [BACKGROUND]: '1' },
    detached: true,
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const message = await firstMessage(child);
  if (child.connected) child.disconnect();
  child.unref();
  if (message.event === 'failed') throw new CodedError(message.code, message.message);
  return message;
}

/** In the daemon's process: whether {@link backgroundDaemon} started it. */
export function isBackground({ env }: CliContext): boolean {
  return env[BACKGROUND] === '1' && process.send !== undefined;
}

/** In the daemon's process: tells the command that started it, and lets go of it. */
export function tellStarter(message: StartMessage): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined || !process.connected) return resolve();
    process.send(message, () => {
      if (process.connected) process.disconnect();
      resolve();
    });
  });
}

const BACKGROUND = 'PASEO_BACKGROUND';

function firstMessage(child: ChildProcess): Promise<StartMessage> {
  return new Promise((resolve, reject) => {
    const settle = (then: () => void): void => {
      clearTimeout(timer);
      child.removeAllListeners();
      then();
    };
    const fail = (code: 'start_failed' | 'start_timeout', what: string, cause?: unknown): void =>
      settle(() => reject(new CliError(code, `${what} Start it with --foreground to see why.`, { cause })));
    const timer = setTimeout(() => {
      child.kill();
      fail('start_timeout', `The daemon was not ready after ${BACKGROUND_START_TIMEOUT_MS / 1000} seconds.`);
    }, BACKGROUND_START_TIMEOUT_MS);
    child.once('message', (raw) => {
      const message = StartMessage.safeParse(raw);
      if (message.success) settle(() => resolve(message.data));
      else fail('start_failed', 'The daemon said something unknown.');
    });
    child.once('error', (error) => fail('start_failed', 'The daemon could not be started.', error));
    child.once('exit', (code, signal) => fail('start_failed', `The daemon ended at once (${signal ?? code}).`));
  });
}
