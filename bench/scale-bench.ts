import { Unwind } from '../src-main/daemon/unwind.ts';
import { makeFigure } from './figure.ts';
import type { Report } from './figure.ts';
import { loopMonitor, startDaemon, withFolder } from './paseo-programs.ts';
import { Stage } from './scale-stage.ts';
import type { Run } from './scale-stage.ts';

const AGENTS = 50;
const CLIENTS = 3;
/** Updates a second of one agent. */
const RATE = 200;
const SECONDS = 30;
const ALONE_SECONDS = 10;
/** Before anything is measured every agent says so much that what the daemon keeps of each has its full size. */
const WARM_UP = { seconds: 10, rate: 100, padding: 1500 };

const LOAD = `${AGENTS} agents with ${RATE} updates a second each, ${CLIENTS} clients that follow all of them`;
const AGE = 'from the agent’s write until the client has taken it in, the client that was furthest behind';
const ALONE = 'baseline: one agent at the same rate, one client';
const SLOW = `${LOAD}, one of which has stopped reading`;
const READING = 'baseline: all of them read';
const BEHIND = { of: 'value', atMost: 1000 } as const;
/** MB in SECONDS. */
const FLAT = { of: 'excess', atMost: 10 } as const;
const JUST_STARTED = 'the first seconds at that rate, in which 50 new processes still compile their code';

/** Many agents and clients at once: how far clients fall behind, and what it takes. Then the same while one client does not read. */
export async function scaleBench(report: Report): Promise<void> {
  await withFolder(async (folder) => {
    const stops = new Unwind();
    try {
      const start = (home: string, notes: string) => startDaemon(home, ['--expose-gc', '--import', loopMonitor(notes)]);
      const { stage } = await Stage.set({ folder, agents: AGENTS, clients: CLIENTS, stops, start });
      const everyone = { agents: stage.agents, clients: stage.clients };
      await stage.run({ ...everyone, ...WARM_UP });
      const [agent, client] = [stage.agents.slice(0, 1), stage.clients.slice(0, 1)];
      const alone = await stage.run({ agents: agent, clients: client, seconds: ALONE_SECONDS, rate: RATE });
      const first = await stage.run({ ...everyone, seconds: SECONDS, rate: RATE });
      const all = await stage.run({ ...everyone, seconds: SECONDS, rate: RATE });
      reportAll(report, { first, all, alone });
      const liveBefore = await stage.liveMemory();
      const [stopped, ...reading] = stage.clients;
      process.kill(stopped!.pid, 'SIGSTOP');
      const slow = await stage.run({ agents: stage.agents, clients: reading, seconds: SECONDS, rate: RATE });
      reportSlow(report, slow, all);
      const live = { value: await stage.liveMemory(), baseline: liveBefore };
      const resident = [...all.load.megabytes, ...slow.load.megabytes];
      reportMemory(report, { live, resident, alone });
    } finally {
      await stops.run();
    }
  });
}

function reportAll(report: Report, { first, all, alone }: Record<'first' | 'all' | 'alone', Run>): void {
  for (const what of ['p50', 'p99', 'max'] as const) {
    const baseline = worst(alone, what);
    const start = { value: worst(first, what), baseline };
    report(makeFigure(`scale.start.lag.${what}`, 'ms', start, `${LOAD}, ${JUST_STARTED}; ${AGE}; ${ALONE}`, BEHIND));
    const measured = { value: worst(all, what), baseline };
    report(makeFigure(`scale.lag.${what}`, 'ms', measured, `${LOAD}; ${AGE}; ${ALONE}`, BEHIND));
  }
  const busy = `${Math.round(all.load.machine * 100)} % of the machine were busy, agents and clients included`;
  const cores = { value: all.load.cores, baseline: alone.load.cores };
  report(makeFigure('scale.daemon.cpu', 'cores', cores, `${LOAD}; ${busy}; ${ALONE}`));
  const delay = { value: all.loopDelay, baseline: alone.loopDelay };
  report(makeFigure('scale.daemon.eventLoop', 'ms', delay, `${LOAD}; longest hold-up of the event loop; ${ALONE}`));
}

function reportSlow(report: Report, slow: Run, all: Run): void {
  for (const what of ['p50', 'p99', 'max'] as const) {
    const measured = { value: worst(slow, what), baseline: worst(all, what) };
    report(makeFigure(`scale.slow.lag.${what}`, 'ms', measured, `${SLOW}; ${AGE}; ${READING}`, BEHIND));
  }
  const waiting = { value: slow.feeder.maxWaiting, baseline: all.feeder.maxWaiting };
  const note = `${SLOW}; the most that an agent could not write at once; ${READING}`;
  report(makeFigure('scale.slow.agents', 'bytes', waiting, note));
}

function reportMemory(
  report: Report,
  { live, resident, alone }: { live: { value: number; baseline: number }; resident: readonly number[]; alone: Run },
): void {
  const kept = `${SLOW}; objects of the daemon that are in use after it; baseline: before these ${SECONDS} s`;
  report(makeFigure('scale.daemon.memory.live', 'MB', live, kept, FLAT));
  const peak = { value: Math.max(...resident), baseline: Math.max(...alone.load.megabytes) };
  const note = `${LOAD}; highest RSS in ${resident.length} s, garbage that was not collected yet included; ${ALONE}`;
  report(makeFigure('scale.daemon.memory', 'MB', peak, note));
}

function worst({ clients }: Run, what: 'p50' | 'p99' | 'max'): number {
  return Math.max(...clients.map((ages) => ages[what] ?? NaN));
}
