import { homeOwner } from '../daemon/home/home-lock.ts';

/** What a second start says in a terminal before it leaves the first one to go on. */
export async function alreadyRunning(home: string): Promise<string> {
  const owner = await homeOwner(home).catch(() => null);
  const who = owner === null ? '' : ` (process ${owner.pid}, since ${owner.since})`;
  return `Paseo already runs with ${home}${who}. Its window was opened.\n`;
}
