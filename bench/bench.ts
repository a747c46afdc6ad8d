import { channelBench } from './channel-bench.ts';
import type { Figure, Report } from './figure.ts';
import { handshakeBench } from './handshake-bench.ts';
import { latencyBench } from './latency-bench.ts';
import { OwnProcess } from './own-process.ts';
import { relayBench } from './relay-bench.ts';
import { scaleBench } from './scale-bench.ts';
import { startupBench } from './startup-bench.ts';
import { timelineBench } from './timeline-bench.ts';
import { trayBench } from './tray-bench.ts';

/** `npm run bench [-- GROUP ...]`: one JSON line per figure on standard output, progress on standard error. */
const GROUPS: Readonly<Record<string, (report: Report) => Promise<void>>> = {
  channel: channelBench,
  handshake: handshakeBench,
  relay: relayBench,
  latency: latencyBench,
  startup: startupBench,
  timeline: timelineBench,
  scale: scaleBench,
  tray: trayBench,
};

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => void OwnProcess.stopAll().then(() => process.exit(1)));
process.exitCode = await run(process.argv.slice(2));
// Whatever a failed group left open must not hold up the end.
await OwnProcess.stopAll();
process.stdout.write('', () => process.exit());

async function run(asked: readonly string[]): Promise<number> {
  const unknown = asked.find((name) => !Object.hasOwn(GROUPS, name));
  if (unknown !== undefined) {
    say(`There is no group ${unknown}. Usage: npm run bench [-- ${Object.keys(GROUPS).join(' | ')}]`);
    return 2;
  }
  let failed = 0;
  for (const [name, group] of Object.entries(GROUPS)) {
    if (asked.length > 0 && !asked.includes(name)) continue;
    say(`${name} …`);
    try {
      await group(print);
    } catch (error) {
      failed = 1;
      say(`${name} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    }
  }
  return failed;
}

function print(figure: Figure): void {
  process.stdout.write(`${JSON.stringify(figure)}\n`);
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
