import { setTimeout as delay } from 'node:timers/promises';
import { hasTrayHost } from '../src-main/desktop/tray-host.ts';
import { OwnProcess } from './own-process.ts';

const ATTEMPTS = 100;
const ATTEMPT_MS = 50;

/** Makes sure that this display has a tray, starting a window manager and a panel where it has none. Returns what ends them. */
export async function trayDesktop(): Promise<() => Promise<void>> {
  if (await hasTrayHost(process.env)) return () => Promise.resolve();
  const programs = [new OwnProcess('openbox', []), new OwnProcess('tint2', [])];
  const stop = async (): Promise<void> => {
    for (const program of programs.toReversed()) await program.stop();
  };
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (await hasTrayHost(process.env)) return stop;
    await delay(ATTEMPT_MS);
  }
  await stop();
  throw new Error('There is no tray on this display: neither its own nor that of tint2.');
}
