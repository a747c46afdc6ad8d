import type { PendingPermission } from '../../src-shared/wire/agent.ts';
import { askLine } from './ask.ts';
import type { CliContext } from './context.ts';
import { safeLine } from './safe-text.ts';

/** Asks the person on the terminal until they choose one of the answers; resolves with its id. Rejects as {@link askLine} does. */
export async function askPermission(
  { title, options }: Pick<PendingPermission, 'title' | 'options'>,
  signal: AbortSignal,
  context: CliContext,
): Promise<string> {
  const choices = options.map(({ name }, index) => `[${index + 1}] ${safeLine(name)}`).join('  ');
  for (;;) {
    const answer = await askLine(`${safeLine(title)}?  ${choices}: `, signal, context);
    const option = options[Number(answer.trim()) - 1];
    if (option !== undefined) return option.optionId;
  }
}
