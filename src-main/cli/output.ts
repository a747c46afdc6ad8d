import type { CliContext } from './context.ts';
import { safeJson, safeText } from './safe-text.ts';

/** Writes text of ours or of others to standard output; nothing in it can steer the terminal. */
export function print({ stdout }: CliContext, text: string): void {
  stdout.write(`${safeText(text)}\n`);
}

/** One line of JSON on standard output. */
export function printJson({ stdout }: CliContext, value: unknown): void {
  stdout.write(`${safeJson(value)}\n`);
}

/** For the person, beside the output. */
export function note({ stderr }: CliContext, text: string): void {
  stderr.write(`${safeText(text)}\n`);
}

/** Columns as wide as their longest cell, the last one as it is. */
export function printTable(context: CliContext, head: readonly string[], rows: readonly (readonly string[])[]): void {
  const lines = [head, ...rows].map((row) => row.map((cell) => safeText(cell).replaceAll('\n', ' ')));
  const widths = head.map((_, column) => Math.max(...lines.map((row) => row[column]?.length ?? 0)));
  for (const row of lines)
    print(
      context,
      row.map((cell, column) => (column === head.length - 1 ? cell : cell.padEnd(widths[column] ?? 0))).join('  '),
    );
}

/** What a person or a program should know about the output. */
export function warn(context: CliContext, json: boolean | undefined, text: string): void {
  if (json === true) noteJson(context, { warning: text });
  else note(context, `warning: ${text}`);
}

/** As {@link note}, for programs. */
export function noteJson({ stderr }: CliContext, value: unknown): void {
  stderr.write(`${safeJson(value)}\n`);
}
