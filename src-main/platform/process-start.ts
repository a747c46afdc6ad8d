import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { windowsStart } from './windows-processes.ts';

/**
 * When the process `pid` started, in a form that two reads of the same process agree on and that a later process with the same
 * number does not share. null when no such process runs, or where this cannot be known.
 */
export async function processStart(pid: number): Promise<string | null> {
  if (process.platform === 'linux') return await fromProc(pid);
  if (process.platform === 'win32') return await windowsStart(pid);
  try {
    const { stdout } = await promisify(execFile)('ps', ['-o', 'lstart=', '-p', String(pid)]);
    return stdout.trim() || null;
  } catch {
    return null;
  }
}

/** Whether the process that was seen at `start` (see {@link processStart}) still runs. */
export async function stillRuns(pid: number, start: string | null): Promise<boolean> {
  if (start !== null) return (await processStart(pid)) === start;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs as somebody else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** proc(5): field 3 is the state, field 22 the start in clock ticks since boot. The name before them may hold anything. */
async function fromProc(pid: number): Promise<string | null> {
  try {
    const [text, boot] = await Promise.all([
      readFile(`/proc/${pid}/stat`, 'utf8'),
      readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
    ]);
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const [state, ticks] = [fields[0], fields[19]];
    // A killed process stays a zombie until its parent asks for it; it owns nothing any more.
    if (ticks === undefined || state === 'Z' || state === 'X') return null;
    return `${boot.trim()} ${ticks}`;
  } catch {
    return null;
  }
}
