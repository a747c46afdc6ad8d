import { fileURLToPath } from 'node:url';
import { SupervisorHarness } from '../../src-main/daemon/agents/supervisor-harness.ts';
import type { HarnessOptions } from '../../src-main/daemon/agents/supervisor-harness.ts';

const ODD_AGENT = fileURLToPath(new URL('../fake-agent/odd-agent.mjs', import.meta.url));

/** A supervisor whose agents are the one that breaks the rules; `args` are its options. */
export function oddHarness(args: readonly string[] = [], options: HarnessOptions = {}): Promise<SupervisorHarness> {
  const odd = { label: 'Odd', command: process.execPath, args: [ODD_AGENT, ...args] };
  return SupervisorHarness.start({ ...options, providers: { fake: odd } });
}

/** What came after the person's words in turn number `turn` (from 1), as short lines. */
export async function answerOf(harness: SupervisorHarness, id: string, turn = 1): Promise<string[]> {
  const lines = await harness.lines(id);
  const begins = lines.flatMap((line, i) => (line.startsWith('user: ') ? [i] : []));
  return lines.slice(begins[turn - 1]! + 1, begins[turn]);
}
