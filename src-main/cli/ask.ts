import { createInterface } from 'node:readline/promises';
import { CliError } from './cli-error.ts';
import type { CliContext } from './context.ts';
import { safeLine, safeText } from './safe-text.ts';

/** Asks the person on the terminal until they choose one of these; resolves with its place. Rejects as {@link askLine} does. */
export async function askChoice(
  question: string,
  names: readonly string[],
  signal: AbortSignal,
  context: CliContext,
): Promise<number> {
  const choices = names.map((name, index) => `[${index + 1}] ${safeLine(name)}`).join('  ');
  for (;;) {
    const at = Number(await askLine(`${safeLine(question)}  ${choices}: `, signal, context)) - 1;
    if (names[at] !== undefined) return at;
  }
}

/** Asks the person on the terminal for one line. Rejects with `CliError` `cancelled` when the signal aborts, and at Ctrl-D. */
export async function askLine(question: string, signal: AbortSignal, { stdin, stderr }: CliContext): Promise<string> {
  const lines = createInterface({ input: stdin, output: stderr, terminal: true });
  const closed = new AbortController();
  lines.once('close', () => closed.abort());
  // While lines are edited the terminal does not make a signal of Ctrl-C.
  lines.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  try {
    return await lines.question(safeText(question), { signal: AbortSignal.any([signal, closed.signal]) });
  } catch (cause) {
    throw new CliError('cancelled', 'No answer was given.', { cause });
  } finally {
    lines.close();
  }
}
