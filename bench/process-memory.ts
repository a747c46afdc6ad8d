import { readdir, readFile } from 'node:fs/promises';

/**
 * Megabytes of memory that a process and all its descendants take, shared pages counted in proportion (PSS of
 * `/proc/PID/smaps_rollup`, proc(5)); null where the system does not say.
 */
export async function treeMemory(root: number): Promise<number | null> {
  if (process.platform !== 'linux') return null;
  const sizes = await Promise.all(familyOf(root, await parents()).map(proportionalKilobytes));
  return sizes.reduce((sum, size) => sum + size, 0) / 1000;
}

async function parents(): Promise<Map<number, number>> {
  const found = new Map<number, number>();
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
    // The name in parentheses may hold anything; the state and the parent follow the last one.
    const [, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    found.set(Number(name), Number(parent));
  }
  return found;
}

function familyOf(root: number, parentOf: ReadonlyMap<number, number>): number[] {
  const family = [root];
  for (const member of family) for (const [pid, parent] of parentOf) if (parent === member) family.push(pid);
  return family;
}

/** 0 for a process that has just ended. */
async function proportionalKilobytes(pid: number): Promise<number> {
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
  return (Number(/^Pss:\s+(\d+) kB$/m.exec(rollup)?.[1] ?? 0) * 1024) / 1000;
}
