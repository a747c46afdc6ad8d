import type { AgentSummary, PendingPermission } from '../../src-shared/wire/agent.ts';
import { findAgent } from './agent-ref.ts';
import { askPermission } from './ask-permission.ts';
import { byBeginning } from './by-beginning.ts';
import { CliError, UsageError } from './cli-error.ts';
import { canAsk, type CliContext } from './context.ts';
import { withDaemon } from './daemon-session.ts';
import type { TargetOptions } from './options.ts';
import { print, printJson } from './output.ts';
import { safeLine } from './safe-text.ts';

export interface PermitOptions extends TargetOptions {
  allow?: boolean;
  deny?: boolean;
  option?: string;
}

/** Answers a permission request of an agent. */
export async function permit(
  reference: string,
  requestReference: string | undefined,
  options: PermitOptions,
  context: CliContext,
): Promise<void> {
  const choices = [options.allow, options.deny, options.option].filter((choice) => choice !== undefined).length;
  if (choices > 1 || (choices === 0 && (options.json === true || !canAsk(context))))
    throw new UsageError('Give one of --allow, --deny and --option <id>.');
  const answer = await withDaemon(options, context, async ({ client }) => {
    const agent = await findAgent(client, reference);
    const request = chooseRequest(agent, requestReference);
    const optionId =
      choices === 0 ? await askPermission(request, new AbortController().signal, context) : optionOf(request, options);
    await client.command('permission.answer', { agentId: agent.id, requestId: request.requestId, optionId });
    return { agentId: agent.id, requestId: request.requestId, optionId, title: request.title };
  });
  if (options.json === true) printJson(context, { event: 'answered', ...answer });
  else print(context, `Answered "${safeLine(answer.title)}" with ${answer.optionId ?? 'a refusal'}.`);
}

function chooseRequest({ id, pending }: AgentSummary, reference: string | undefined): PendingPermission {
  return byBeginning(pending, ({ requestId }) => requestId, reference, {
    none: `Agent ${id} waits for no permission${reference === undefined ? '' : ` "${reference}" (any more)`}.`,
    several: (found) => {
      const list = found.map(({ requestId, title }) => `${requestId} (${safeLine(title)})`).join(', ');
      return `Agent ${id} waits for ${found.length} permissions: ${list}. Name one after the agent.`;
    },
  });
}

/** null refuses where the agent offers no way to say no. */
function optionOf({ options }: PendingPermission, { allow, option }: PermitOptions): string | null {
  if (option !== undefined) {
    const named = options.find(({ optionId }) => optionId === option);
    if (named !== undefined) return named.optionId;
    throw new CliError('not_found', `There is no option "${option}". There is: ${optionList(options)}.`);
  }
  const kind = allow === true ? 'allow_once' : 'reject_once';
  const found = options.find((one) => one.kind === kind)?.optionId;
  if (found !== undefined) return found;
  if (allow !== true) return null;
  throw new CliError('no_such_option', `It cannot be allowed just once. Choose with --option: ${optionList(options)}.`);
}

function optionList(options: PendingPermission['options']): string {
  return options.map(({ optionId, name }) => `${optionId} (${safeLine(name)})`).join(', ');
}
