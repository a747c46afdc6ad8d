import { lstat, rm, rmdir, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { Clock } from '../../../../src-shared/clock.ts';
import { AgentId, Timestamp } from '../../../../src-shared/ids.ts';
import { HOST_FILE } from '../../../agent-host/host-protocol.ts';
import { AGENT_STOP_GRACE_MS, FAREWELL_MS } from '../../../agent-host/limits.ts';
import { FileError, readPrivateFile } from '../../../platform/atomic-file.ts';
import { endMarked } from '../../../platform/end-processes.ts';
import { stillRuns } from '../../../platform/process-start.ts';

const SeenProcess = z.object({ pid: z.int().min(2), start: z.string().nullable() });

/** What a host writes about itself in the agent's folder, for the daemons to come. */
const HostFile = z.object({
  format: z.literal('paseo-agent-host'),
  version: z.literal(1),
  hostId: z.string().regex(/^[0-9a-f]{32}$/),
  agentId: AgentId,
  socket: z.string().min(1),
  ownFolder: z.boolean(),
  ...SeenProcess.shape,
  program: SeenProcess,
  startedAt: Timestamp,
});
export type HostFile = z.infer<typeof HostFile>;

/** null when there is none, or one that no version of ours wrote. Throws `FileError` when it may be somebody else's. */
export async function readHostFile(folder: string): Promise<HostFile | null> {
  try {
    return HostFile.parse(JSON.parse(await readPrivateFile(join(folder, HOST_FILE))));
  } catch (error) {
    if (error instanceof FileError && error.code !== 'missing') throw error;
    return null;
  }
}

/** Whether its socket is there, and this user's. */
export async function socketIsOurs({ socket }: HostFile): Promise<boolean> {
  // The access list of a named pipe is the system's business, and the host's secret id guards the rest.
  if (process.platform === 'win32') return true;
  const stats = await lstat(socket).catch(() => null);
  return stats !== null && stats.isSocket() && stats.uid === process.geteuid?.();
}

/** Ends a host's process: asks it to end its program first, or kills it at once. Resolves when it is gone. */
export async function endHost({ pid, start }: HostFile, how: 'ask' | 'kill', clock: Clock): Promise<void> {
  // Without its time of start another program could have its number by now.
  if (start === null) return;
  let kill = how === 'kill';
  const cancel = clock.after(HOST_END_MS, () => (kill = true));
  for (let asked = false; await stillRuns(pid, start); asked = true) {
    if (kill || !asked) signal(pid, kill ? 'SIGKILL' : 'SIGTERM');
    await new Promise<void>((resolve) => clock.after(LOOK_MS, resolve));
  }
  cancel();
}

/** Ends what the program of a host that is gone has left running. */
export async function endRemains(agentId: string, file: HostFile | null, clock: Clock): Promise<void> {
  const { pid = 0, start = null } = file?.program ?? {};
  // The number of a group is nobody else's only while its first process is known to live.
  const group = start !== null && (await stillRuns(pid, start)) ? { group: pid } : {};
  await endMarked({ agentId, clock, graceMs: AGENT_STOP_GRACE_MS, ...group });
}

export async function removeHostFile(folder: string, file: HostFile | null): Promise<void> {
  await rm(join(folder, HOST_FILE), { force: true });
  if (file === null || process.platform === 'win32') return;
  await unlink(file.socket).catch(() => {});
  if (file.ownFolder) await rmdir(dirname(file.socket)).catch(() => {});
}

/** A host ends its program, gives the daemon time to read, and ends. */
const HOST_END_MS = 2 * AGENT_STOP_GRACE_MS + FAREWELL_MS;
const LOOK_MS = 20;

function signal(pid: number, name: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(pid, name);
  } catch {
    // It ended meanwhile.
  }
}
