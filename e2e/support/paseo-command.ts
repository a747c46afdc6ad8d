import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { TestFolder } from './daemon-home.ts';

const program = fileURLToPath(new URL('../../dist/main/paseo.js', import.meta.url));

const Ready = z.strictObject({
  event: z.literal('ready'),
  pid: z.int(),
  listen: z.array(z.string()).min(1),
  home: z.string(),
});

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The built command line with a home, a workspace and remembered daemons of its own. */
export class PaseoCommands {
  readonly env: NodeJS.ProcessEnv;
  readonly #cwd: string;
  readonly #running = new Set<RunningCommand>();
  readonly #daemons = new Set<number>();

  constructor({ home, workspace }: TestFolder) {
    this.#cwd = workspace;
    this.env = {
      PATH: process.env['PATH'],
      HOME: workspace,
      PASEO_HOME: home,
      PASEO_CLIENT_HOME: join(home, '../client'),
      TERM: 'xterm-256color',
    };
  }

  /** Runs one command to its end. */
  run(args: readonly string[], input?: string): Promise<Finished> {
    return this.begin(args, input).finished;
  }

  /** Runs one command with `--json` and parses its only line. Throws when it fails. */
  async json<T extends z.ZodType>(schema: T, args: readonly string[], input?: string): Promise<z.infer<T>> {
    const { code, stdout, stderr } = await this.run([...args, '--json'], input);
    if (code !== 0) throw new Error(`paseo ${args.join(' ')} ended with ${code}: ${stderr}`);
    return schema.parse(JSON.parse(stdout));
  }

  begin(args: readonly string[], input?: string): RunningCommand {
    return this.#spawn(process.execPath, [program, ...args], input);
  }

  /** Runs one command in a shell, with `rest` behind it on the line, such as a pipe. */
  shell(args: readonly string[], rest: string): RunningCommand {
    const command = [process.execPath, program, ...args].map((word) => `'${word}'`).join(' ');
    return this.#spawn('sh', ['-c', `${command} ${rest}`], '');
  }

  /** Runs one command in a pseudo-terminal; what it prints and asks is all in `stdout`, and {@link RunningCommand.type} answers. */
  terminal(args: readonly string[]): RunningCommand {
    const command = [process.execPath, program, ...args].map((word) => `'${word}'`).join(' ');
    return this.#spawn('script', ['-qec', `stty cols 120 rows 60; exec ${command}`, '/dev/null'], null);
  }

  async startDaemon(...args: string[]): Promise<z.infer<typeof Ready>> {
    const ready = await this.json(Ready, ['daemon', 'start', ...args]);
    this.#daemons.add(ready.pid);
    return ready;
  }

  /** SIGKILL, as a machine that loses power; resolves when the process is gone. */
  async killDaemon(pid: number): Promise<void> {
    this.#daemons.delete(pid);
    process.kill(pid, 'SIGKILL');
    while (runs(pid)) await new Promise((resolve) => setTimeout(resolve, 10));
  }

  /** Ends every process that was started here. */
  async stop(): Promise<void> {
    for (const command of this.#running) command.kill('SIGKILL');
    await Promise.all([...this.#running].map(({ finished }) => finished));
    for (const pid of this.#daemons) if (runs(pid)) await this.killDaemon(pid);
  }

  #spawn(file: string, args: readonly string[], input: string | null | undefined): RunningCommand {
    const child = spawn(file, args, { env: this.env, cwd: this.#cwd, stdio: ['pipe', 'pipe', 'pipe'] });
    if (input !== null) child.stdin?.end(input ?? '');
    const running = new RunningCommand(child);
    this.#running.add(running);
    void running.finished.then(() => this.#running.delete(running));
    return running;
  }
}

export class RunningCommand {
  readonly finished: Promise<Finished>;
  readonly #child: ChildProcess;
  readonly #watchers = new Set<() => void>();
  stdout = '';
  stderr = '';

  constructor(child: ChildProcess) {
    this.#child = child;
    for (const name of ['stdout', 'stderr'] as const)
      child[name]?.setEncoding('utf8').on('data', (text: string) => {
        this[name] += text;
        for (const look of this.#watchers) look();
      });
    this.finished = new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => {
        resolve({ code, stdout: this.stdout, stderr: this.stderr });
        for (const look of this.#watchers) look();
      });
    });
  }

  /** The whole of what was written so far, as soon as it matches. Rejects when the command ends without. */
  output(pattern: RegExp, name: 'stdout' | 'stderr' = 'stdout'): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const match = pattern.exec(this[name]);
        if (match === null) return;
        this.#watchers.delete(look);
        resolve(match);
      };
      this.#watchers.add(look);
      look();
      this.finished.then(
        () => reject(new Error(`it ended without ${String(pattern)}:\n${this.stdout}\n${this.stderr}`)),
        reject,
      );
    });
  }

  type(text: string): void {
    this.#child.stdin?.write(text);
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }
}

/** A killed process whose parent has not asked for it yet runs no more. */
function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
