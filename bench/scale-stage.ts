import { once } from 'node:events';
import { mkdir, readFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
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
const Memory = z.object({ live: z.number() });

/** A program that hosts the daemon of a home, and notes in a file how it does (see loop-monitor.ts). */
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
  readonly #notes: string;

  /** `start`: makes a daemon of a home that is used already; its loop monitor writes the file `notes`. */
  static async set<P extends DaemonProgram>(options: {
    folder: string;
    agents: number;
    clients: number;
    stops: Unwind;
    start: (home: string, notes: string) => Promise<P>;
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
    const notes = join(folder, 'notes');
    const program = await options.start(home, notes);
    stops.add(() => program.stop());
    const agents = await startAgents(control, work, options.agents);
    return { stage: new Stage({ agents, clients, program, control, feeder, notes }), program };
  }

  private constructor(parts: {
    agents: string[];
    clients: PeerProcess[];
    program: DaemonProgram;
    control: TestClient;
    feeder: PeerProcess;
    notes: string;
  }) {
    this.agents = parts.agents;
    this.clients = parts.clients;
    this.program = parts.program;
    this.#control = parts.control;
    this.#feeder = parts.feeder;
    this.#notes = parts.notes;
  }

  /** Throws when one of the clients has not got everything in the end. */
  async run({ agents, clients, seconds, rate, padding = 0 }: Turn): Promise<Run> {
    await Promise.all(clients.map((client) => client.ask({ do: 'follow', agents })));
    await Promise.all(clients.map((client) => client.ask({ do: 'ages', count: 0 })));
    const before = (await this.#noted(Delay)).length;
    const turns = this.#feeder.ask({ turns: agents.length });
    const load = loadOf(this.program.pid, turns);
    const { client: control } = this.#control;
    const text = `${seconds} ${rate} ${padding}`;
    for (const agentId of agents) void control.command('agent.prompt', { agentId, text, ...nothingElse });
    const feeder = Feeder.parse(await turns);
    const ages = await Promise.all(clients.map((client) => agesOf(client, agents.length * seconds * rate)));
    const delays = (await this.#noted(Delay)).slice(before);
    return { clients: ages, feeder, load: await load, loopDelay: Math.max(...delays.map(({ max }) => max)) };
  }

  /** Megabytes that the daemon's objects take which are in use. */
  async liveMemory(): Promise<number> {
    const before = (await this.#noted(Memory)).length;
    process.kill(this.program.pid, 'SIGUSR2');
    for (;;) {
      const last = (await this.#noted(Memory)).slice(before).at(-1);
      if (last !== undefined) return last.live;
      await delay(20);
    }
  }

  async #noted<T extends z.ZodType>(kind: T): Promise<z.infer<T>[]> {
    const text = await readFile(this.#notes, 'utf8').catch(() => '');
    const lines = text.slice(0, text.lastIndexOf('\n') + 1).split('\n');
    return lines.filter(Boolean).flatMap((line) => kind.safeParse(JSON.parse(line)).data ?? []);
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
