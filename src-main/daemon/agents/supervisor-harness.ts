import { readdirSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Clock } from '../../../src-shared/clock.ts';
import { systemClock } from '../../../src-shared/clock.ts';
import type { ProviderConfig } from '../../../src-shared/config/schema.ts';
import type { AgentSummary } from '../../../src-shared/wire/agent.ts';
import type { EntryBody } from '../../../src-shared/wire/timeline.ts';
import { testHostProgram } from '../../agent-host/host-fixture.ts';
import { collectingLogger } from '../../platform/logger.ts';
import { processStart } from '../../platform/process-start.ts';
import type { PromptInput } from './agent-service.ts';
import { AgentSupervisor } from './agent-supervisor.ts';
import { readHostFile } from './hosted/host-file.ts';
import type { HostFile } from './hosted/host-file.ts';
import { UploadStore } from './prompts/upload-store.ts';

export const someone = { deviceId: null, name: 'Test' };
const FAKE_AGENT = resolve(import.meta.dirname, '../../../e2e/fake-agent/fake-agent.mjs');

/** Long waits shrink, so that deadlines pass in a test. */
function hurried(factor: number): Clock {
  return { now: systemClock.now, after: (ms, run) => systemClock.after(ms < LONG_MS ? ms : ms / factor, run) };
}
const LONG_MS = 60_000;

export interface HarnessOptions {
  /** Options of the fake agent. */
  readonly args?: readonly string[];
  readonly providers?: Readonly<Record<string, ProviderConfig>>;
  readonly env?: NodeJS.ProcessEnv;
  /** How many times faster deadlines of a minute and more pass. */
  readonly hurry?: number;
  readonly maxRunning?: number;
}

/** A prompt of text alone. */
export function words(text: string): PromptInput {
  return { text, attachments: [], mentions: [] };
}

/** Gives what starts a harness that is closed after the test. `afterEach` is the test runner's. */
export function harnessStarter(
  afterEach: (run: () => Promise<void>) => void,
): (options?: HarnessOptions) => Promise<SupervisorHarness> {
  const started: SupervisorHarness[] = [];
  afterEach(async () => {
    for (const harness of started.splice(0)) await harness.close();
  });
  return async (options) => {
    const harness = await SupervisorHarness.start(options);
    started.push(harness);
    return harness;
  };
}

/** A supervisor with the fake agent as provider `fake`, in folders of its own. For tests. */
export class SupervisorHarness {
  readonly root: string;
  readonly cwd: string;
  readonly logger = collectingLogger();
  readonly uploads: UploadStore;
  supervisor: AgentSupervisor;
  /** Of the supervisor. */
  readonly folder: string;
  readonly #options: HarnessOptions;
  readonly #hostProgram: string;
  readonly #aliases: Record<string, ProviderConfig> = {};
  readonly #users: (() => Promise<void>)[] = [];

  private constructor(root: string, options: HarnessOptions, uploads: UploadStore, hostProgram: string) {
    this.root = root;
    this.cwd = join(root, 'project');
    this.folder = join(root, 'agents');
    this.uploads = uploads;
    this.#options = options;
    this.#hostProgram = hostProgram;
    this.supervisor = this.#make();
  }

  static async start(options: HarnessOptions = {}): Promise<SupervisorHarness> {
    const root = await realpath(await mkdtemp(join(tmpdir(), 'paseo-agents-')));
    await mkdir(join(root, 'project'));
    await mkdir(join(root, 'agents'));
    const logger = collectingLogger();
    const files = { folder: join(root, 'uploads'), clock: systemClock, date: () => new Date(), logger };
    const harness = new SupervisorHarness(root, options, await UploadStore.open(files), await testHostProgram());
    await harness.supervisor.start();
    return harness;
  }

  /** Stops the supervisor and starts a new one on the same folder; gives the old one. */
  async restart(agents: 'keep' | 'stop' = 'stop'): Promise<AgentSupervisor> {
    const old = this.supervisor;
    await old.stop(agents);
    this.supervisor = this.#make();
    await this.supervisor.start();
    return old;
  }

  /** As {@link restart}, where another process was the daemon; gives the id of its only agent. */
  async takeOver(): Promise<string> {
    await this.restart();
    return this.supervisor.list()[0]!.id;
  }

  async close(): Promise<void> {
    for (const end of this.#users.splice(0)) await end();
    await this.supervisor.stop('stop');
    await this.uploads.stop();
    await rm(this.root, { recursive: true, force: true });
  }

  /** Of something else that works on these folders: how it is ended before they go. */
  onClose(end: () => Promise<void>): void {
    this.#users.push(end);
  }

  /** Creates an agent and, with a prompt, waits for the end of its first turn. */
  async run(prompt: string): Promise<string> {
    const id = await this.create(prompt);
    await this.rest(id);
    return id;
  }

  async create(prompt: string | null): Promise<string> {
    const input = prompt === null ? null : words(prompt);
    const { agentId } = await this.supervisor.create({ provider: 'fake', cwd: this.cwd, prompt: input, by: someone });
    return agentId;
  }

  async say(id: string, prompt: string): Promise<void> {
    await this.supervisor.prompt(id, words(prompt), someone);
    await this.rest(id);
  }

  /** One more provider. */
  alias(id: string, provider: ProviderConfig): void {
    this.#aliases[id] = provider;
  }

  /** Of what is on disk, whoever made it. */
  agentIds(): string[] {
    return readdirSync(this.folder);
  }

  /** What the host of an agent says of itself. Rejects when there is none. */
  async host(id: string): Promise<HostFile> {
    const file = await readHostFile(join(this.folder, id));
    if (file === null) throw new Error('there is no host');
    return file;
  }

  /** What the host keeps of what the program of an agent has said: all that no supervisor has read. */
  journal(id: string): Promise<string> {
    return readFile(join(this.folder, id, 'journal.jsonl'), 'utf8');
  }

  /** The process that the agent has started and told of, and that is `not` one of these. */
  async orphan(id: string, ...not: number[]): Promise<number> {
    const pidIn = (body: EntryBody) => Number(body.kind === 'message' && /orphan (\d+)$/.exec(body.text)?.[1]);
    return pidIn(await this.entry(id, (body) => pidIn(body) > 0 && !not.includes(pidIn(body))));
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
        case 'content':
          return `${body.kind}: ${body.from} ${body.block.type}`;
        case 'question':
          return `${body.kind}: ${body.message}`;
        case 'question-answer':
          return `${body.kind}: ${body.action}`;
        case 'option':
          return `${body.kind}: ${body.name} = ${body.value}`;
      }
    });
  }

  #make(): AgentSupervisor {
    const { maxRunning = 64, hurry } = this.#options;
    return new AgentSupervisor({
      ...{ uploads: this.uploads, logger: this.logger, maxRunning: () => maxRunning, providers: () => this.providers },
      ...this.plain,
      ...(hurry !== undefined && { clock: hurried(hurry) }),
    });
  }

  get providers(): Readonly<Record<string, ProviderConfig>> {
    const { args = [], providers = {} } = this.#options;
    const memory = ['--memory', join(this.root, 'memory')];
    const fake = { label: 'Fake', command: process.execPath, args: [FAKE_AGENT, ...memory, ...args] };
    return { fake, ...providers, ...this.#aliases };
  }

  /** Options of a supervisor that are plain data, for one in another process. */
  get plain() {
    return {
      folder: this.folder,
      socketFolder: join(this.root, 'run'),
      runtime: { nodePath: process.execPath, hostProgram: this.#hostProgram, adapters: { claude: '', codex: '' } },
      environment: { PATH: process.env['PATH'], HOME: this.root, ...this.#options.env },
      loginShell: false,
      userHome: this.root,
      appVersion: '0.0.0',
    };
  }
}

/** Whether a process that may be somebody else's child still runs (Linux: a zombie does not). */
export async function runs(pid: number): Promise<boolean> {
  return (await processStart(pid)) !== null;
}
