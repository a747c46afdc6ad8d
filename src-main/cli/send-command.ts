import { findAgent } from './agent-ref.ts';
import type { CliContext } from './context.ts';
import { withDaemon } from './daemon-session.ts';
import { checkMessage } from './message-text.ts';
import type { TargetOptions } from './options.ts';
import { print, printJson } from './output.ts';
import { uploadFiles } from './upload-files.ts';

export interface SendOptions extends TargetOptions {
  file?: string[];
  mention?: string[];
}

/** Sends a message to an agent and returns when the daemon has it on disk: as a turn, or in the queue while one runs. */
export async function sendMessage(
  reference: string,
  words: readonly string[],
  options: SendOptions,
  context: CliContext,
): Promise<void> {
  const text = words.join(' ');
  checkMessage(text, 'The message is empty.');
  const sent = await withDaemon(options, context, async ({ client }) => {
    const { id } = await findAgent(client, reference);
    const attachments = await uploadFiles(client, options.file ?? [], context);
    const mentions = options.mention ?? [];
    const place = await client.command('agent.prompt', { agentId: id, text, attachments, mentions });
    return { agentId: id, ...place };
  });
  if (options.json === true) printJson(context, { event: 'sent', ...sent });
  else if (sent.queuedId === null) print(context, `Sent to ${sent.agentId}.`);
  else print(context, `Agent ${sent.agentId} is working: the message waits as ${sent.queuedId}.`);
}
