import type { PendingPermission } from '../../src-shared/wire/agent.ts';
import { askChoice } from './ask.ts';
import type { CliContext } from './context.ts';

/**
 * Asks the person on the terminal until they choose one of the answers; resolves with its id, or null to refuse where the agent
 * offers no way to say no just once. Rejects as {@link askChoice} does.
 */
export async function askPermission(
  { title, options }: Pick<PendingPermission, 'title' | 'options'>,
  signal: AbortSignal,
  context: CliContext,
): Promise<string | null> {
  const names = options.map(({ name }) => name);
  if (!options.some(({ kind }) => kind === 'reject_once')) names.push('Deny');
  return options[await askChoice(`${title}?`, names, signal, context)]?.optionId ?? null;
}
