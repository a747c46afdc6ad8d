import type { SessionOption } from '../../src-shared/wire/detail.ts';
import { agentDetail } from './agent-detail.ts';
import { findAgent } from './agent-ref.ts';
import { CliError, UsageError } from './cli-error.ts';
import type { CliContext } from './context.ts';
import { withDaemon } from './daemon-session.ts';
import type { TargetOptions } from './options.ts';
import { note, print, printJson, printTable } from './output.ts';
import { safeLine } from './safe-text.ts';

/** Lists what can be chosen for an agent (mode, model and so on), or chooses one. */
export async function agentOption(
  reference: string,
  optionId: string | undefined,
  value: string | undefined,
  options: TargetOptions,
  context: CliContext,
): Promise<void> {
  if (optionId !== undefined && value === undefined) throw new UsageError('Write the value after the option.');
  const { agentId, list, chosen } = await withDaemon(options, context, async ({ client }) => {
    const { id } = await findAgent(client, reference);
    const { options: found } = await agentDetail(client, id);
    if (optionId === undefined) return { agentId: id, list: found, chosen: null };
    const option = findOption(found, optionId);
    const picked = valueOf(option, value ?? '');
    await client.command('agent.set-option', { agentId: id, optionId: option.id, value: picked });
    return { agentId: id, list: found, chosen: { optionId: option.id, value: picked } };
  });
  if (options.json === true)
    return printJson(context, chosen === null ? { agentId, options: list } : { agentId, ...chosen });
  if (chosen !== null) return print(context, `${safeLine(chosen.optionId)} is ${safeLine(String(chosen.value))} now.`);
  if (list.length === 0) return note(context, 'This agent offers nothing to choose, or has not been started yet.');
  printTable(context, ['OPTION', 'VALUE', 'NAME', 'CHOICES'], list.map(row));
}

function row(option: SessionOption): string[] {
  const choices = option.type === 'boolean' ? 'true, false' : option.choices.map(({ value }) => value).join(', ');
  return [option.id, String(option.value), option.name, choices];
}

function findOption(options: readonly SessionOption[], reference: string): SessionOption {
  const found = options.find(({ id }) => id === reference) ?? options.find(({ category }) => category === reference);
  if (found !== undefined) return found;
  const ids = options.map(({ id }) => safeLine(id)).join(', ');
  throw new CliError('not_found', `There is no option "${reference}". There is: ${ids || 'none'}.`);
}

function valueOf(option: SessionOption, text: string): string | boolean {
  if (option.type === 'boolean') {
    if (text === 'true' || text === 'false') return text === 'true';
    throw new UsageError(`${safeLine(option.id)} is true or false.`);
  }
  const choice = option.choices.find(({ value, name }) => value === text || name === text);
  if (choice !== undefined) return choice.value;
  const values = option.choices.map(({ value }) => safeLine(value)).join(', ');
  throw new CliError('no_such_option', `"${text}" is not offered. There is: ${values}.`);
}
