// The host of one agent (see docs/architecture.md): started by a daemon with a specification on standard input, it runs the agent's
// program and outlives the daemon. It says on standard output whether the program runs, and nothing after that. With arguments it runs a
// program that does not outlive its caller.
import { text } from 'node:stream/consumers';
import { runBriefly } from './brief-run.ts';
import { BRIEF_NOT_RUN, parseBriefArgs } from './brief-spec.ts';
import { closeInheritedDescriptors } from './inherited-descriptors.ts';
import { RunningHost } from './running-host.ts';
import { parseStartSpec } from './start-spec.ts';
import type { StartAnswer } from './start-spec.ts';

async function main(): Promise<void> {
  const spec = parseStartSpec(await text(process.stdin));
  const host = new RunningHost(spec);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => host.terminate());
  process.on('SIGHUP', () => {});
  process.on('uncaughtException', () => host.terminate());
  await host.start();
  await say({ ready: true });
  await host.done;
}

async function say(answer: StartAnswer): Promise<void> {
  // Whoever started this may be gone.
  process.stdout.on('error', () => {});
  await new Promise<void>((resolve) => process.stdout.write(`${JSON.stringify(answer)}\n`, () => resolve()));
  process.stdout.destroy();
}

closeInheritedDescriptors();
const brief = parseBriefArgs(process.argv.slice(2));
if (brief !== null) process.exit(await runBriefly(brief).catch(() => BRIEF_NOT_RUN));
try {
  await main();
} catch (error) {
  await say({ failed: error instanceof Error ? error.message : String(error) });
}
process.exit();
