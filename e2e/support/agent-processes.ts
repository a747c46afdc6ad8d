import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { systemClock } from '../../src-shared/clock.ts';
import { endMarked } from '../../src-main/platform/end-processes.ts';

const Host = z.looseObject({ pid: z.int() });

/** Ends what the agents of a home left running, hosts and programs: they outlive their daemon on purpose. */
export async function endAgentProcesses(home: string): Promise<void> {
  const folder = join(home, 'agents');
  const ids = await readdir(folder).catch(() => []);
  await Promise.all(
    ids.map(async (agentId) => {
      const text = await readFile(join(folder, agentId, 'host.json'), 'utf8').catch(() => null);
      const host = text === null ? null : Host.safeParse(JSON.parse(text));
      if (host?.success === true) await endHost(host.data.pid, agentId);
      await endMarked({ agentId, clock: systemClock, graceMs: 0 });
    }),
  );
}

/** Only a process that is a host of ours: the number may be another's by now. */
async function endHost(pid: number, agentId: string): Promise<void> {
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  if (!command.includes('agent-host')) return;
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH'))
      throw new Error(agentId, { cause: error });
  }
}
