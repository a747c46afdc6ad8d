import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { bundledScript } from '../../platform/bundled-script.ts';
import type { SupervisorHarness } from './supervisor-harness.ts';

const here = (name: string): string => JSON.stringify(join(import.meta.dirname, name));

/**
 * The program: a supervisor that tells every change of a timeline on standard output, and answers the permission requests whose
 * title begins with "Allow". The first argument is its options, the second a prompt to begin an agent with, or nothing.
 */
const source = `
import { AgentSupervisor } from ${here('agent-supervisor.ts')};
import { UploadStore } from ${here('prompts/upload-store.ts')};
import { collectingLogger } from ${here('../../platform/logger.ts')};
import { systemClock } from ${here('../../../src-shared/clock.ts')};
const { providers, uploads, cwd, ...plain } = JSON.parse(process.argv[2]);
const logger = collectingLogger();
const store = await UploadStore.open({ folder: uploads, clock: systemClock, date: () => new Date(), logger });
const supervisor = new AgentSupervisor({ ...plain, uploads: store, logger, maxRunning: () => 64, providers: () => providers });
const by = { deviceId: null, name: 'Test' };
const followed = new Set();
const tell = ({ id, state, pending }) => {
  if (!followed.has(id)) supervisor.timeline(id).onChange(() => process.stdout.write('changed\\n'));
  followed.add(id);
  process.stdout.write(state + '\\n');
  for (const { requestId, title } of pending)
    if (title.startsWith('Allow')) supervisor.answerPermission(id, requestId, 'yes', by).catch(() => {});
};
supervisor.onChange(tell);
await supervisor.start();
supervisor.list().forEach(tell);
process.stdout.write('started\\n');
const text = process.argv[3];
if (text) await supervisor.create({ provider: 'fake', cwd, prompt: { text, attachments: [], mentions: [] }, by });
// Runs until it is killed, also when no agent is left.
process.stdin.resume();
`;

let script = '';

/** Before all tests of a file: bundles the program, which takes seconds. Resolves with what removes it. */
export async function makeSupervisorScript(): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'paseo-supervisor-'));
  script = await bundledScript(folder, source);
  return () => rm(folder, { recursive: true });
}

/** For tests: a supervisor in a process of its own, which can be killed. It works on the folders of a harness. */
export class SupervisorProcess {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.#lines = createInterface(child.stdout!)[Symbol.asyncIterator]();
  }

  /** One that is killed before the harness is closed, at the latest. */
  static async start(h: SupervisorHarness, prompt = '', providers = h.providers): Promise<SupervisorProcess> {
    const options = { ...h.plain, providers, uploads: join(h.root, 'uploads'), cwd: h.cwd };
    const args = [script, JSON.stringify(options), prompt];
    const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    const started = new SupervisorProcess(child);
    h.onClose(() => started.kill());
    return started;
  }

  /** Resolves after it has said a line that `holds`; false when it has ended. */
  async until(holds: (line: string) => boolean): Promise<boolean> {
    for (;;) {
      const next: IteratorResult<string, unknown> = await this.#lines.next();
      if (next.done === true) return false;
      if (holds(next.value)) return true;
    }
  }

  /** Resolves when it is gone. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exited;
  }
}
