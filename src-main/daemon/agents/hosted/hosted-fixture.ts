import { randomBytes } from 'node:crypto';
import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../../../src-shared/clock.ts';
import { testHostProgram } from '../../../agent-host/host-fixture.ts';
import type { HostLine } from '../../../agent-host/host-protocol.ts';
import { collectingLogger } from '../../../platform/logger.ts';
import { processStart } from '../../../platform/process-start.ts';
import { readHostFile } from './host-file.ts';
import { forgetHost } from './host-leftover.ts';
import { HostedProgram } from './hosted-program.ts';
import type { HostProcessOptions, ProgramSpec } from './host-start.ts';

/** A program that does what each line of its input says. */
const PROGRAM = `
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
const say = (text) => new Promise((resolve) => process.stdout.write(text + '\\n', resolve));
const child = (code, detached, env = process.env) => new Promise((resolve) => {
  const started = spawn(process.execPath, ['-e', code + 'setInterval(() => {}, 1000); console.log("up")'], {
    detached, env, stdio: ['ignore', 'pipe', 'ignore'],
  });
  started.stdout.once('data', () => resolve(started.pid));
});
const deaf = 'process.on("SIGTERM", () => {});';
for await (const line of createInterface({ input: process.stdin })) {
  const [word, ...args] = line.split(' ');
  if (word === 'echo') await say(args.join(' '));
  if (word === 'count') for (let i = 1; i <= Number(args[0]); i++) await say('line ' + i);
  if (word === 'flood') for (let i = 1; i <= Number(args[0]); i += 100) {
    await say(Array.from({ length: 100 }, (_, j) => i + j + ' ' + 'x'.repeat(100)).join('\\n'));
  }
  if (word === 'tick') {
    let i = 0;
    setInterval(() => void say('tick ' + ++i), Number(args[0]));
  }
  if (word === 'long') await say('x'.repeat(Number(args[0])));
  if (word === 'env') await say(JSON.stringify(process.env));
  if (word === 'deaf') { process.on('SIGTERM', () => {}); await say('deaf'); }
  if (word === 'child') await say(String(await child('', false)));
  if (word === 'nameless-child') await say(String(await child(deaf, true, {})));
  if (word === 'deaf-child') await say(String(await child(deaf, true)));
  if (word === 'crash') process.stderr.write('\\u001b[31mlast words\\u001b[0m', () => process.exit(Number(args[0])));
}`;

/** A folder of an agent with all that hosts need; programs that run when a test ends are ended. For tests. */
export class HostedFixture {
  /** Tests that run at the same time must not end each other's programs. */
  readonly agentId = Array.from(randomBytes(16), (byte) => 'abcdefghijklmnopqrstuvwxyz234567'[byte % 32]).join('');
  readonly logger = collectingLogger();
  readonly folder: string;
  readonly #hostProgram: string;

  private constructor(folder: string, hostProgram: string) {
    this.folder = folder;
    this.#hostProgram = hostProgram;
  }

  static async make(): Promise<HostedFixture> {
    const folder = await realpath(await mkdtemp(join(tmpdir(), 'paseo-hosted-')));
    await writeFile(join(folder, 'program.mjs'), PROGRAM);
    return new HostedFixture(folder, await testHostProgram());
  }

  get spec(): ProgramSpec {
    const env = { PATH: process.env['PATH'] ?? '', SECRET: 'only for the program' };
    const args = [join(this.folder, 'program.mjs')];
    return { command: process.execPath, args, cwd: this.folder, env, agentId: this.agentId };
  }

  get options(): HostProcessOptions & { logger: HostedFixture['logger'] } {
    const { folder, logger } = this;
    const socketFolder = join(folder, 'run');
    return {
      folder,
      socketFolder,
      logger,
      nodePath: process.execPath,
      hostProgram: this.#hostProgram,
      clock: systemClock,
    };
  }

  start(
    spec: Partial<ProgramSpec> = {},
    options: Partial<HostProcessOptions & { from: number }> = {},
  ): Promise<HostedProgram> {
    return HostedProgram.start({ ...this.spec, ...spec }, { ...this.options, ...options });
  }

  attach(from = 0): Promise<HostedProgram | null> {
    return HostedProgram.attach(this.folder, { clock: systemClock, logger: this.logger, from });
  }

  /** Of the host that runs. */
  async hostPid(): Promise<number> {
    return (await readHostFile(this.folder))!.pid;
  }

  async close(): Promise<void> {
    await forgetHost(this.folder);
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Reads a program's lines one by one. */
export class LineReader {
  readonly #lines: AsyncIterator<HostLine>;
  /** Number of the last line. */
  n = 0;

  constructor(program: HostedProgram) {
    this.#lines = program.lines()[Symbol.asyncIterator]();
  }

  /** null at the end. */
  async next(): Promise<string | null> {
    const next = await this.#lines.next();
    if (next.done === true) return null;
    this.n = next.value.n;
    return next.value.bytes.toString();
  }

  /** Reads to that line, which must come. */
  async to(n: number): Promise<void> {
    while (this.n < n) if ((await this.next()) === null) throw new Error(`only ${this.n} of ${n} lines`);
  }

  async rest(): Promise<string[]> {
    const all: string[] = [];
    for (let line = await this.next(); line !== null; line = await this.next()) all.push(line);
    return all;
  }
}

/** Resolves when that process is no more; a zombie is not. It is looked for again and again, as it is no child of this one. */
export async function untilGone(pid: number): Promise<void> {
  for (const start = await processStart(pid); start !== null && (await processStart(pid)) === start;)
    await new Promise((resolve) => setTimeout(resolve, 5));
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
