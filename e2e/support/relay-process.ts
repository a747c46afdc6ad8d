import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const Ready = z.object({ event: z.literal('ready'), pid: z.int(), listen: z.array(z.string()).min(1) });
const program = fileURLToPath(new URL('../../dist/main/paseo.js', import.meta.url));

/** `paseo relay start` as a process of its own. */
export class RelayProcess {
  readonly port: number;
  /** What it wrote to standard error so far. */
  log = '';
  readonly #child: ChildProcess;

  /** `names`: what daemons dial it by. `port` 0 takes a free one. */
  static async start(options: { names: string[]; port: number }): Promise<RelayProcess> {
    const names = options.names.flatMap((name) => ['--name', name]);
    const args = [program, 'relay', 'start', '--listen', `127.0.0.1:${options.port}`, ...names, '--json'];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const line = await firstLine(child);
    const { listen } = Ready.parse(JSON.parse(line));
    return new RelayProcess(child, Number(listen[0]?.split(':').at(-1)));
  }

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.log += text));
  }

  /** SIGKILL, as a machine that goes away; resolves when the process is gone. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await gone;
  }
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('the relay has no standard output');
  const lines = createInterface({ input: child.stdout });
  const ended = once(child, 'exit').then(([code]) => Promise.reject(new Error(`the relay ended with ${String(code)}`)));
  const [line] = (await Promise.race([once(lines, 'line'), ended])) as [string];
  ended.catch(() => undefined);
  return line;
}
