import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
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
import { UploadStore } from ${here('upload-store.ts')};
import { collectingLogger } from ${here('../../platform/logger.ts')};
import { systemClock } from ${here('../../../src-shared/clock.ts')};
const { providers, uploads, cwd, ...plain } = JSON.parse(process.argv[2]);
const logger = collectingLogger();
const store = await UploadStore.open({ folder: uploads, clock: systemClock, date: () => new Date(), logger });
const supervisor = new AgentSupervisor({ ...plain, uploads: store, logger, maxRunning: () => 64, providers: () => providers });
const by = { deviceId: null, name: 'Test' };
const told = new Set();
const follow = (id) => {
  if (told.has(id)) return;
  told.add(id);
  supervisor.timeline(id).onChange(() => process.stdout.write('changed\\n'));
};
supervisor.onChange((agent) => {
  follow(agent.id);
  process.stdout.write(agent.state + '\\n');
  for (const { requestId, title } of agent.pending)
    if (title.startsWith('Allow')) supervisor.answerPermission(agent.id, requestId, 'yes', by).then(() => process.stdout.write('answered\\n'), () => {});
});
await supervisor.start();
for (const agent of supervisor.list()) {
  follow(agent.id);
  process.stdout.write(agent.state + '\\n');
  for (const { requestId, title } of agent.pending)
    if (title.startsWith('Allow')) supervisor.answerPermission(agent.id, requestId, 'yes', by).catch(() => {});
}
process.stdout.write('started\\n');
const text = process.argv[3];
if (text) await supervisor.create({ provider: 'fake', cwd, prompt: { text, attachments: [], mentions: [] }, by });
process.stdin.on('data', async (how) => {
  await supervisor.stop(String(how).trim());
  process.exit(0);
});
`;

let made: Promise<string> | null = null;

/** Bundled once per process, which takes seconds. */
export function supervisorScript(): Promise<string> {
  return (made ??= make());
}

function make(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'paseo-supervisor-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return bundledScript(folder, source);
}

/** For tests: a supervisor in a process of its own, which can be killed. It works on the folders of a harness. */
export class SupervisorProcess {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.#lines = createInterface(child.stdout!)[Symbol.asyncIterator]();
  }

  static async start(h: SupervisorHarness, prompt = '', providers = h.providers): Promise<SupervisorProcess> {
    const options = { ...h.plain, providers, uploads: join(h.root, 'uploads'), cwd: h.cwd };
    const args = [await supervisorScript(), JSON.stringify(options), prompt];
    const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    return new SupervisorProcess(child);
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

  async stop(agents: 'keep' | 'stop'): Promise<void> {
    const exited = once(this.#child, 'exit');
    this.#child.stdin!.write(`${agents}\n`);
    await exited;
  }
}
