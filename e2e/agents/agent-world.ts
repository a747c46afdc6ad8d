import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, realpath, symlink } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { localConnection } from '../../src-main/cli/local-connection.ts';
import { DaemonClient } from '../../src-shared/client/daemon-client.ts';
import { memoryOutboxStore } from '../../src-shared/client/outbox-store.ts';
import type { ProviderSummary } from '../../src-shared/wire/agent.ts';
import { ModelServer } from '../model-server/model-server.ts';
import { type TestFolder, testFolder, writeConfig } from '../support/daemon-home.ts';
import { PaseoCommands } from '../support/paseo-command.ts';
import { nothingElse } from '../support/test-client.ts';
import { until } from '../support/until.ts';
import type { AgentProgram } from './agent-program.ts';
import { AgentRun } from './agent-run.ts';
import { endProcessesOf } from './home-processes.ts';
import { inTerminal } from './program-terminal.ts';

export interface WorldOptions {
  /** Nobody has logged in. */
  readonly stranger?: boolean;
  /** Further settings below `agents` in config.json. */
  readonly agents?: object;
}

/**
 * One real program, a scripted model for it, and the built daemon as a process of its own that has the program on its PATH and
 * nothing else of this machine's user; with a client that stays connected over restarts.
 */
export class AgentWorld {
  readonly model: ModelServer;
  readonly home: string;
  /** The agents' working folder. */
  readonly project: string;
  readonly client: DaemonClient;
  readonly #program: AgentProgram;
  readonly #folder: TestFolder;
  readonly #commands: PaseoCommands;
  readonly #env: Record<string, string>;
  readonly #runs: AgentRun[] = [];
  #pid = 0;

  private constructor(
    program: AgentProgram,
    folder: TestFolder,
    project: string,
    model: ModelServer,
    env: Record<string, string>,
  ) {
    this.#env = env;
    this.#program = program;
    this.#folder = folder;
    this.#commands = new PaseoCommands(folder);
    this.project = project;
    this.home = folder.home;
    this.model = model;
    this.client = new DaemonClient({
      connect: localConnection(join(folder.home, 'daemon.sock')),
      hello: {
        protocol: 1,
        clientKind: 'cli',
        appVersion: '0.0.0',
        deviceName: 'Test',
        platform: 'test',
        capabilities: [],
      },
      localHello: true,
      outbox: memoryOutboxStore(randomBytes(16).toString('hex')),
      topics: ['agents'],
    });
  }

  /** `path`: of the program, from `installProgram`. */
  static async start(program: AgentProgram, path: string, options: WorldOptions = {}): Promise<AgentWorld> {
    const folder = await testFolder();
    const model = await ModelServer.start();
    const project = join(await realpath(folder.workspace), 'project');
    const bin = join(folder.workspace, 'bin');
    await Promise.all([mkdir(project), mkdir(bin)]);
    await symlink(path, join(bin, program.name));
    const { stranger = false, agents = {} } = options;
    const env = stranger
      ? await program.prepareStranger(folder.workspace)
      : await program.prepare(folder.workspace, model, project);
    await writeConfig(folder.home, {
      daemon: { listen: '127.0.0.1:0', relay: { enabled: false } },
      agents: { ...agents, providers: { [program.name]: { env } } },
    });
    const world = new AgentWorld(program, folder, project, model, env);
    world.#commands.env['PATH'] = `${bin}${delimiter}${world.#commands.env['PATH'] ?? ''}`;
    await world.startDaemon();
    return world;
  }

  async startDaemon(): Promise<void> {
    this.#pid = (await this.#commands.startDaemon()).pid;
    this.client.start();
    this.client.retryNow();
    await until(this.client.state, ({ state }) => state === 'connected');
  }

  /** SIGKILL, as from a machine that loses power; the agents' hosts live on. */
  async killDaemon(): Promise<void> {
    await this.#commands.killDaemon(this.#pid);
    await until(this.client.state, ({ state }) => state !== 'connected');
  }

  async stopDaemon(agents: 'keep' | 'stop'): Promise<void> {
    const { code, stderr } = await this.#commands.run(['daemon', 'stop', `--${agents}-agents`]);
    if (code !== 0) throw new Error(`the daemon could not be stopped: ${stderr}`);
    await until(this.client.state, ({ state }) => state !== 'connected');
  }

  /** Creates an agent in the project folder, which begins with `prompt`. */
  async create(prompt: string | null): Promise<AgentRun> {
    const provider = this.#program.name;
    const params = { provider, cwd: this.project, prompt, ...nothingElse };
    const { agentId } = await this.client.command('agent.create', params);
    return this.#follow(agentId);
  }

  /** Makes an agent of a session that the program has on disk. */
  async import(sessionId: string): Promise<AgentRun> {
    const params = { provider: this.#program.name, cwd: this.project, sessionId };
    const { agentId } = await this.client.command('agent.import', params);
    return this.#follow(agentId);
  }

  /** Has a person ask the program itself in a terminal, until it has shown an answer. */
  async askInTerminal(prompt: string, shown: RegExp): Promise<void> {
    const { name, terminalArgs } = this.#program;
    await this.inTerminal(`${[name, ...terminalArgs].join(' ')} '${prompt}'`, shown);
  }

  /** Has a person type `command` in a terminal, until it has shown something. */
  async inTerminal(command: string, shown: RegExp): Promise<void> {
    const env = { HOME: this.#folder.workspace, PATH: this.#commands.env['PATH'], ...this.#env };
    const options = { cwd: this.project, env };
    await inTerminal({ command, ...options }, shown);
    const { name, quitArgs } = this.#program;
    if (quitArgs !== null) await promisify(execFile)(join(this.#folder.workspace, 'bin', name), quitArgs, options);
  }

  #follow(agentId: string): AgentRun {
    const run = new AgentRun(this.client, agentId);
    this.#runs.push(run);
    return run;
  }

  /** The program's own entry in the list of providers. */
  async provider(): Promise<ProviderSummary> {
    const { providers } = await this.client.query('providers.list', {});
    const found = providers.find(({ id }) => id === this.#program.name);
    if (found === undefined) throw new Error(`${this.#program.name} is not listed`);
    return found;
  }

  /** The process that holds an agent's program. */
  async hostPid(agentId: string): Promise<number> {
    const text = await readFile(join(this.home, 'agents', agentId, 'host.json'), 'utf8');
    return z.looseObject({ pid: z.int() }).parse(JSON.parse(text)).pid;
  }

  /** What the host keeps of what an agent's program has said: all that no daemon has read. */
  journal(agentId: string): Promise<string> {
    return readFile(join(this.home, 'agents', agentId, 'journal.jsonl'), 'utf8');
  }

  /** Where everything stands, for a test that fails. */
  async report(): Promise<string> {
    const log = await readFile(join(this.home, 'daemon.log'), 'utf8').catch(() => '');
    return [
      `client: ${JSON.stringify(this.client.state.get())}`,
      ...(this.client.agents.get() ?? []).map((agent) => JSON.stringify(agent)),
      ...this.#runs.map((run) => run.story()),
      ...this.model.requests.map(
        ({ dialect, errand, told }) => `${dialect}${errand ? ' (errand)' : ''}: …${told.slice(-200)}`,
      ),
      log.slice(-4000),
    ].join('\n');
  }

  async stop(): Promise<void> {
    await this.client.stop();
    await this.#commands.stop();
    await endProcessesOf(this.#folder.workspace);
    await this.#folder.remove();
    await this.model.stop();
  }
}
