import { once } from 'node:events';
import { mkdir, readFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { z } from 'zod';
import type { Unwind } from '../src-main/daemon/unwind.ts';
import { nothingElse, TestClient } from '../e2e/support/test-client.ts';
import { until } from '../e2e/support/until.ts';
import { makeHome, pairingLink, startDaemon } from './paseo-programs.ts';
import { PeerProcess } from './peer-process.ts';
import { loadOf } from './process-load.ts';
import type { Load } from './process-load.ts';

/** What a program does that has the feeder speak for it. */
const AGENT_SCRIPT = 'cat <out & exec cat >in';

const milliseconds = z.number().nullable();
const Ages = z.object({ count: z.int(), p50: milliseconds, p99: milliseconds, max: milliseconds });
type Ages = z.infer<typeof Ages>;
const Feeder = z.object({ maxWaiting: z.number(), maxLateMs: z.number() });
const Delay = z.object({ p99: z.number(), max: z.number() });

/** A program that hosts the daemon of a home, and notes the delays of its event loop in a file (see loop-monitor.ts). */
export interface DaemonProgram {
  readonly pid: number;
  stop(): Promise<void>;
}

/** One turn of some agents, as their followers and the daemon got through it. */
export interface Run {
  readonly clients: readonly Ages[];
  readonly feeder: z.infer<typeof Feeder>;
  readonly load: Load;
  /** Longest hold-up of the daemon's event loop, in milliseconds. */
  readonly loopDelay: number;
}

export interface Turn {
  readonly agents: readonly string[];
  readonly clients: readonly PeerProcess[];
  readonly seconds: number;
  /** Updates a second of one agent. */
  readonly rate: number;
  /** Bytes of one update beside a few words. */
  readonly padding?: number;
}

/** Agents that one process speaks for, clients in a process each, and the daemon between them. */
export class Stage {
  readonly agents: readonly string[];
  readonly clients: readonly PeerProcess[];
  readonly program: DaemonProgram;
  readonly #control: TestClient;
  readonly #feeder: PeerProcess;
  readonly #delays: string;

  /** `start`: makes a daemon of a home that is used already; it notes its delays in the file `delays`. */
  static async set<P extends DaemonProgram>(options: {
    folder: string;
    agents: number;
    clients: number;
    stops: Unwind;
    start: (home: string, delays: string) => Promise<P>;
  }): Promise<{ stage: Stage; program: P }> {
    const { folder, stops } = options;
    const work = join(folder, 'work');
    await mkdir(work);
    const feeder = await PeerProcess.start('./agent-feeder.js', [work, String(options.agents)]);
    stops.add(() => feeder.stop());
    const home = await makeHome(folder, {
      daemon: { listen: `127.0.0.1:${await freePort()}`, relay: { enabled: false } },
      agents: { maxRunning: options.agents, providers: { stream: { command: '/bin/sh', args: ['-c', AGENT_SCRIPT] } } },
    });
    // Paired with the daemon alone; the program that is measured may want a person for that.
    const first = await startDaemon(home);
    const clients: PeerProcess[] = [];
    let control: TestClient;
    try {
      control = await TestClient.pair(await pairingLink(home), { only: 'direct' });
      stops.add(() => control.stop());
      for (let i = 0; i < options.clients; i++) {
        const client = await PeerProcess.start('./scale-client.js', [await pairingLink(home)]);
        // SIGKILL also ends one that was stopped.
        stops.add(() => client.stop('SIGKILL'));
        clients.push(client);
      }
    } finally {
      await first.stop();
    }
    const delays = join(folder, 'delays');
    const program = await options.start(home, delays);
    stops.add(() => program.stop());
    const agents = await startAgents(control, work, options.agents);
    return { stage: new Stage({ agents, clients, program, control, feeder, delays }), program };
  }

  private constructor(parts: {
    agents: string[];
    clients: PeerProcess[];
    program: DaemonProgram;
    control: TestClient;
    feeder: PeerProcess;
    delays: string;
  }) {
    this.agents = parts.agents;
    this.clients = parts.clients;
    this.program = parts.program;
    this.#control = parts.control;
    this.#feeder = parts.feeder;
    this.#delays = parts.delays;
  }

  /** Throws when one of the clients has not got everything in the end. */
  async run({ agents, clients, seconds, rate, padding = 0 }: Turn): Promise<Run> {
    await Promise.all(clients.map((client) => client.ask({ do: 'follow', agents })));
    await Promise.all(clients.map((client) => client.ask({ do: 'ages', count: 0 })));
    const before = (await this.#delaysSoFar()).length;
    const turns = this.#feeder.ask({ turns: agents.length });
    const load = loadOf(this.program.pid, turns);
    const { client: control } = this.#control;
    const text = `${seconds} ${rate} ${padding}`;
    for (const agentId of agents) void control.command('agent.prompt', { agentId, text, ...nothingElse });
    const feeder = Feeder.parse(await turns);
    const ages = await Promise.all(clients.map((client) => agesOf(client, agents.length * seconds * rate)));
    const delays = (await this.#delaysSoFar()).slice(before);
    return { clients: ages, feeder, load: await load, loopDelay: Math.max(...delays.map(({ max }) => max)) };
  }

  async #delaysSoFar(): Promise<z.infer<typeof Delay>[]> {
    const lines = (await readFile(this.#delays, 'utf8').catch(() => '')).split('\n').filter(Boolean);
    return lines.map((line) => Delay.parse(JSON.parse(line)));
  }
}

/** Gives back their ids when all of their programs run. */
async function startAgents({ client }: TestClient, work: string, count: number): Promise<string[]> {
  await until(client.state, ({ state }) => state === 'connected');
  const ids: string[] = [];
  for (let i = 0; i < count; i++) {
    const cwd = join(work, String(i));
    const { agentId } = await client.command('agent.create', { provider: 'stream', cwd, prompt: null, ...nothingElse });
    ids.push(agentId);
  }
  await until(client.agents, (list) => list?.length === count && list.every(({ state }) => state === 'ready'));
  return ids;
}

async function agesOf(client: PeerProcess, expected: number): Promise<Ages> {
  const ages = Ages.parse(await client.ask({ do: 'ages', count: expected }));
  if (ages.count !== expected) throw new Error(`a client got ${ages.count} of ${expected} updates`);
  return ages;
}

/** The same for a daemon and for the app that follows it, so that clients find both. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
