import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** A process as the system tells of it. */
export interface SeenProcess {
  readonly pid: number;
  readonly parent: number;
  /** Windows has no process groups: whoever started it stands for one there, also when that has ended. */
  readonly group: number;
  /** Milliseconds, from 1970 or whatever else the system counts starts from. */
  readonly started: number;
  /** Agents whose mark it carries: one or none. None on Windows, where no program can read another's environment. */
  readonly marks: readonly string[];
  readonly command: string;
}

/** Every process of the computer. */
export async function windowsProcesses(): Promise<SeenProcess[]> {
  return parseWindowsProcesses(await powershell(PROCESS_LIST));
}

/** When the process started, as the system counts it; null when there is none. */
export async function windowsStart(pid: number): Promise<string | null> {
  try {
    const started = await powershell(`(Get-Process -Id ${Math.trunc(pid)}).StartTime.ToFileTimeUtc()`);
    return /^\d+$/.exec(started.trim())?.[0] ?? null;
  } catch {
    return null;
  }
}

/** Lines of `pid parent milliseconds name`. A parent that started later has only got the number of one that is gone. */
export function parseWindowsProcesses(output: string): SeenProcess[] {
  const all = output.split(/\r?\n/).flatMap((line) => {
    const match = /^(\d+) (\d+) (\d+) (.*)$/.exec(line);
    if (match === null) return [];
    const [, pid, parent, started, command = ''] = match;
    return [{ pid: Number(pid), parent: Number(parent), started: Number(started), command }];
  });
  const starts = new Map(all.map(({ pid, started }) => [pid, started]));
  return all.map(({ parent, ...each }) => {
    const own = (starts.get(parent) ?? 0) <= each.started ? parent : 0;
    return { ...each, parent: own, group: own, marks: [] };
  });
}

const PROCESS_LIST =
  'Get-CimInstance Win32_Process | Where-Object CreationDate | ForEach-Object { "{0} {1} {2} {3}" -f ' +
  '$_.ProcessId, $_.ParentProcessId, ([DateTimeOffset]$_.CreationDate).ToUnixTimeMilliseconds(), $_.Name }';

async function powershell(command: string): Promise<string> {
  const args = ['-NoProfile', '-NonInteractive', '-Command', command];
  const { stdout } = await promisify(execFile)('powershell.exe', args, {
    windowsHide: true,
    maxBuffer: 16 * 1024 * 1024,
  });
  return stdout;
}
