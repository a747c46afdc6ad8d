import { TestClient } from '../e2e/support/test-client.ts';
import { writeEmptyApp } from './empty-app.ts';
import { makeFigure } from './figure.ts';
import type { Aim, Report } from './figure.ts';
import { startApp, startElectron, startEmptyServer, startHeadless } from './measured-start.ts';
import type { MeasuredStart } from './measured-start.ts';
import { makeHome, pairingLink, startDaemon, withFolder } from './paseo-programs.ts';
import { median } from './sampling.ts';
import { trayDesktop } from './tray-desktop.ts';

const ROUNDS = 5;
const SERVER = 'baseline: an empty Node server on loopback, the same way';
const EMPTY_APP = 'baseline: an empty Electron tray app';
const AIMS = { tray: { of: 'excess', atMost: 250 }, memory: { of: 'excess', atMost: 60 } } as const;

/** Start-up time and memory of the daemon alone and of the tray app, each against the emptiest program of its kind. */
export async function startupBench(report: Report): Promise<void> {
  await withFolder(async (folder) => {
    const home = await usedHome(folder);
    const daemon = await compare(startEmptyServer, () => startHeadless(home));
    const line = 'paseo daemon start, until it is read that it listens';
    figure(report, 'startup.daemon.listening', 'ms', daemon, ({ listeningMs }) => listeningMs, `${line}; ${SERVER}`);
    figure(report, 'startup.daemon.memory', 'MB', daemon, ({ megabytes }) => megabytes, `PSS; ${SERVER}`);

    const stopDesktop = await trayDesktop();
    try {
      const empty = await writeEmptyApp(folder);
      const app = await compare(
        () => startElectron(empty, folder),
        () => startApp(home, folder),
      );
      const listening = `the app, until its daemon listens; ${EMPTY_APP}, until its icon is there`;
      const tray = `the app, until its icon is there; ${EMPTY_APP}, the same way`;
      const memory = `PSS of all processes in the tray, no window open; ${EMPTY_APP}`;
      figure(report, 'startup.app.listening', 'ms', app, ({ listeningMs }) => listeningMs, listening);
      figure(report, 'startup.app.tray', 'ms', app, ({ trayMs }) => trayMs, tray, AIMS.tray);
      figure(report, 'startup.app.memory', 'MB', app, ({ megabytes }) => megabytes, memory, AIMS.memory);
    } finally {
      await stopDesktop();
    }
  });
}

/** A home that a phone was paired with: in a fresh one the app would open a window. */
async function usedHome(folder: string): Promise<string> {
  const home = await makeHome(folder, { daemon: { listen: '127.0.0.1:0', relay: { embeddedPort: 0 } } });
  const daemon = await startDaemon(home);
  try {
    const phone = await TestClient.pair(await pairingLink(home), { only: 'direct' });
    await phone.stop();
  } finally {
    await daemon.stop();
  }
  return home;
}

interface Comparison {
  readonly baselines: MeasuredStart[];
  readonly subjects: MeasuredStart[];
}

async function compare(
  baseline: () => Promise<MeasuredStart>,
  subject: () => Promise<MeasuredStart>,
): Promise<Comparison> {
  const found: Comparison = { baselines: [], subjects: [] };
  await baseline();
  await subject();
  for (let round = 0; round < ROUNDS; round++) {
    found.baselines.push(await baseline());
    found.subjects.push(await subject());
  }
  return found;
}

/** Nothing is reported where the system cannot say. */
function figure(
  report: Report,
  name: string,
  unit: string,
  { baselines, subjects }: Comparison,
  pick: (start: MeasuredStart) => number | null,
  note: string,
  aim?: Aim,
): void {
  const middle = (starts: readonly MeasuredStart[]) => median(starts.map(pick).filter((value) => value !== null));
  const measured = { value: middle(subjects), baseline: middle(baselines) };
  if (!Number.isNaN(measured.value)) report(makeFigure(name, unit, measured, note, aim));
}
