import { MAX_PROMPT_CHARS } from '../../src-shared/limits.ts';
import { findAgent } from './agent-ref.ts';
import { UsageError } from './cli-error.ts';
import type { CliContext } from './context.ts';
import { withDaemon } from './daemon-session.ts';
import type { TargetOptions } from './options.ts';
import { print, printJson } from './output.ts';

/** Sends a message to an agent and returns when the daemon has it on disk. */
export async function sendMessage(
  reference: string,
  words: readonly string[],
  options: TargetOptions,
  context: CliContext,
): Promise<void> {
  const text = words.join(' ');
  if (text.trim() === '') throw new UsageError('The message is empty.');
  if (text.length > MAX_PROMPT_CHARS)
    throw new UsageError(`The message is longer than ${MAX_PROMPT_CHARS} characters.`);
  const sent = await withDaemon(options, context, async ({ client }) => {
    const { id } = await findAgent(client, reference);
    const { seq } = await client.command('agent.prompt', { agentId: id, text });
    return { agentId: id, seq };
  });
  if (options.json === true) printJson(context, { event: 'sent', ...sent });
  else print(context, `Sent to ${sent.agentId}.`);
}
