import { cp, mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Clock } from '../../../src-shared/clock.ts';
import { systemClock } from '../../../src-shared/clock.ts';
import type { ProviderConfig } from '../../../src-shared/config/schema.ts';
import type { AgentSummary } from '../../../src-shared/wire/agent.ts';
import type { EntryBody } from '../../../src-shared/wire/timeline.ts';
import { collectingLogger } from '../../platform/logger.ts';
import { processStart } from '../home/process-start.ts';
import { AgentSupervisor } from './agent-supervisor.ts';

export const someone = { deviceId: null, name: 'Test' };
const FAKE_AGENT = resolve(import.meta.dirname, '../../../e2e/fake-agent/fake-agent.mjs');

/** Waits shrink, so that graces and deadlines pass in a test; their order stays. */
function hurried(factor: number): Clock {
  return { now: systemClock.now, after: (ms, run) => systemClock.after(ms / factor, run) };
}

export interface HarnessOptions {
  /** Options of the fake agent. */
  readonly args?: readonly string[];
  readonly providers?: Readonly<Record<string, ProviderConfig>>;
  readonly env?: NodeJS.ProcessEnv;
  /** How many times faster deadlines pass. */
  readonly hurry?: number;
}

/** A supervisor with the fake agent as provider `fake`, in folders of its own. For tests. */
export class SupervisorHarness {
  readonly root: string;
  readonly cwd: string;
  readonly logger = collectingLogger();
  supervisor: AgentSupervisor;
  /** Of the supervisor. */
  folder: string;
  readonly #options: HarnessOptions;

  private constructor(root: string, options: HarnessOptions) {
    this.root = root;
    this.cwd = join(root, 'project');
    this.folder = join(root, 'agents');
    this.#options = options;
    this.supervisor = this.#make();
  }

  static async start(options: HarnessOptions = {}): Promise<SupervisorHarness> {
    const root = await realpath(await mkdtemp(join(tmpdir(), 'paseo-agents-')));
    await mkdir(join(root, 'project'));
    await mkdir(join(root, 'agents'));
    const harness = new SupervisorHarness(root, options);
    await harness.supervisor.start();
    return harness;
  }

  /**
   * A new supervisor on the same folder, and the old one. `kill`: on what was on disk just now, as after a kill; the old one goes
   * on with what is no longer the folder, as nothing else does.
   */
  async restart({ kill }: { kill: boolean }): Promise<AgentSupervisor> {
    const old = this.supervisor;
    if (kill) {
      await cp(this.folder, join(this.root, 'after-kill'), { recursive: true });
      this.folder = join(this.root, 'after-kill');
    } else await old.stop();
    this.supervisor = this.#make();
    await this.supervisor.start();
    return old;
  }

  async close(): Promise<void> {
    await this.supervisor.stop();
    await rm(this.root, { recursive: true, force: true });
  }

  /** Creates an agent and, with a prompt, waits for the end of its first turn. */
  async run(prompt: string): Promise<string> {
    const id = await this.create(prompt);
    await this.rest(id);
    return id;
  }

  async create(prompt: string | null): Promise<string> {
    const { agentId } = await this.supervisor.create({ provider: 'fake', cwd: this.cwd, prompt, by: someone });
    return agentId;
  }

  async say(id: string, prompt: string): Promise<void> {
    await this.supervisor.prompt(id, prompt, someone);
    await this.rest(id);
  }

  rest(id: string): Promise<AgentSummary> {
    return this.until(id, ({ state }) => !['starting', 'working', 'needs-you'].includes(state));
  }

  needsYou(id: string): Promise<AgentSummary> {
    return this.until(id, ({ state }) => state === 'needs-you');
  }

  /** Resolves with the first summary, the present one included, that `holds`. */
  until(id: string, holds: (agent: AgentSummary) => boolean): Promise<AgentSummary> {
    const supervisor = this.supervisor;
    return new Promise((resolveUntil) => {
      let stop = () => {};
      const look = () => {
        const agent = supervisor.get(id);
        if (agent === undefined || !holds(agent)) return;
        stop();
        resolveUntil(agent);
      };
      stop = supervisor.onChange(look);
      look();
    });
  }

  /** Resolves when an entry that `holds` is in the timeline. */
  async entry(id: string, holds: (body: EntryBody) => boolean): Promise<EntryBody> {
    const timeline = this.supervisor.timeline(id)!;
    for (;;) {
      let stop = () => {};
      const change = new Promise<void>((resolveChange) => (stop = timeline.onChange(resolveChange)));
      const found = (await this.transcript(id)).find(holds);
      if (found === undefined) await change;
      stop();
      if (found !== undefined) return found;
    }
  }

  async transcript(id: string): Promise<EntryBody[]> {
    const timeline = this.supervisor.timeline(id)!;
    return (await timeline.page(timeline.lastSeq + 1, 200)).map(({ body }) => body);
  }

  /** The transcript as short lines. */
  async lines(id: string): Promise<string[]> {
    return (await this.transcript(id)).map((body) => {
      switch (body.kind) {
        case 'user':
        case 'message':
        case 'thought':
        case 'notice':
          return `${body.kind}: ${body.text}`;
        case 'tool':
        case 'permission':
          return `${body.kind}: ${body.title}`;
        case 'tool-update':
          return `${body.kind}: ${body.status ?? '-'}`;
        case 'permission-answer':
          return `${body.kind}: ${body.option?.kind ?? 'nobody'}`;
        case 'plan':
          return `${body.kind}: ${body.steps.map(({ text }) => text).join(', ')}`;
        case 'turn-end':
          return `${body.kind}: ${body.reason}`;
        case 'other':
          return `${body.kind}: ${body.type}`;
      }
    });
  }

  #make(): AgentSupervisor {
    const { args = [], providers = {}, env = {}, hurry } = this.#options;
    const memory = ['--memory', join(this.root, 'memory')];
    const fake = { label: 'Fake', command: process.execPath, args: [FAKE_AGENT, ...memory, ...args] };
    return new AgentSupervisor({
      folder: this.folder,
      providers: () => ({ fake, ...providers }),
      environment: { PATH: process.env['PATH'], HOME: this.root, ...env },
      userHome: this.root,
      appVersion: '0.0.0',
      logger: this.logger,
      ...(hurry !== undefined && { clock: hurried(hurry) }),
    });
  }
}

/** Whether a process that may be somebody else's child still runs (Linux: a zombie does not). */
export async function runs(pid: number): Promise<boolean> {
  return (await processStart(pid)) !== null;
}
