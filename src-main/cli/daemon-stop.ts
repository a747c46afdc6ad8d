import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { DAEMON_GONE_POLL_MS, DAEMON_GONE_TIMEOUT_MS } from './limits.ts';
import { CliError, UsageError } from './cli-error.ts';
import type { CliContext } from './context.ts';
import { withDaemon } from './daemon-session.ts';
import type { TargetOptions } from './options.ts';
import { print, printJson } from './output.ts';

export interface StopOptions extends TargetOptions {
  keepAgents?: boolean;
  stopAgents?: boolean;
}

/** Asks the daemon to stop, and on this computer waits until it has given its home back. */
export async function stopDaemon(options: StopOptions, context: CliContext): Promise<void> {
  if (options.keepAgents === true && options.stopAgents === true)
    throw new UsageError('Give --keep-agents or --stop-agents, not both.');
  const agents = options.keepAgents === true ? 'keep' : options.stopAgents === true ? 'stop' : null;
  const { pid, home, local } = await withDaemon(options, context, async ({ client, local: here }) => {
    const status = await client.query('daemon.status', {});
    await client.command('daemon.stop', { agents });
    return { ...status, local: here };
  });
  if (local) await gone(pid, join(home, 'daemon.lock'));
  if (options.json === true) printJson(context, { event: 'stopped', pid, home });
  else print(context, `Stopped (process ${pid}).`);
}

async function gone(pid: number, lock: string): Promise<void> {
  const deadline = performance.now() + DAEMON_GONE_TIMEOUT_MS;
  while (await exists(lock)) {
    if (performance.now() > deadline)
      throw new CliError(
        'still_running',
        `The daemon (process ${pid}) has not stopped yet. Look at daemon.log in its home.`,
      );
    await wait(DAEMON_GONE_POLL_MS);
  }
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
