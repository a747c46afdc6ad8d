import { setTimeout as delay } from 'node:timers/promises';
import { Unwind } from '../src-main/daemon/unwind.ts';
import { makeFigure } from './figure.ts';
import type { Report } from './figure.ts';
import { startWatchedApp } from './watched-app.ts';
import type { WatchedApp } from './watched-app.ts';
import { withFolder } from './paseo-programs.ts';
import { median } from './sampling.ts';
import { Stage } from './scale-stage.ts';
import { trayDesktop } from './tray-desktop.ts';

const AGENTS = 50;
const CLIENTS = 3;
const RATE = 200;
const SECONDS = 20;
const WARM_UP_SECONDS = 30;
const WINDOWS = 5;
const LOAD = `the app while ${AGENTS} agents stream ${RATE} updates a second each to ${CLIENTS} clients`;
const QUIET = 'baseline: the app while nothing happens';

/** Whether the tray app stays responsive while its daemon has very much to do. */
export async function trayBench(report: Report): Promise<void> {
  await withFolder(async (folder) => {
    const stops = new Unwind();
    try {
      stops.add(await trayDesktop());
      const start = (home: string, notes: string) => startWatchedApp(home, folder, notes);
      const { stage, program: app } = await Stage.set({ folder, agents: AGENTS, clients: CLIENTS, stops, start });
      const everyone = { agents: stage.agents, clients: stage.clients, rate: RATE };
      // New processes compile their code first; see scale-bench.
      await stage.run({ ...everyone, seconds: WARM_UP_SECONDS });
      await app.openWindow();
      const quiet = await windows(app);
      const alone = { agents: stage.agents.slice(0, 1), clients: stage.clients.slice(0, 1), seconds: 5, rate: 1 };
      const { loopDelay } = await stage.run(alone);
      const run = stage.run({ ...everyone, seconds: SECONDS });
      const busy = windows(app);
      const held = { value: (await run).loopDelay, baseline: loopDelay };
      const opening = { value: await busy, baseline: quiet };
      const aim = { of: 'value', atMost: 1000 } as const;
      report(makeFigure('tray.window', 'ms', opening, `until the agents window is there; ${LOAD}; ${QUIET}`, aim));
      const loop = `longest hold-up of the main process’s event loop; ${LOAD}; ${QUIET}`;
      report(makeFigure('tray.eventLoop', 'ms', held, loop, aim));
    } finally {
      await stops.run();
    }
  });
}

/** Median milliseconds until a window is on the screen. */
async function windows(app: WatchedApp): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < WINDOWS; i++) {
    await delay(1000);
    times.push(await app.openWindow());
  }
  return median(times);
}
