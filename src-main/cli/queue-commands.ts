import type { Command } from 'commander';
import type { DaemonClient } from '../../src-shared/client/daemon-client.ts';
import { RequestError } from '../../src-shared/client/request-error.ts';
import type { QueuedPrompt } from '../../src-shared/wire/detail.ts';
import { agentDetail } from './agent-detail.ts';
import { findAgent } from './agent-ref.ts';
import { byBeginning } from './by-beginning.ts';
import type { CliContext } from './context.ts';
import { withDaemon } from './daemon-session.ts';
import { checkMessage } from './message-text.ts';
import { type TargetOptions, withTarget } from './options.ts';
import { note, print, printJson, printTable } from './output.ts';

/** `paseo queue …`: the messages that wait for an agent's turn to end. */
export function addQueueCommands(root: Command, context: CliContext, agentWords: string): void {
  const queue = root.command('queue').description('messages that wait for an agent');
  withTarget(queue.command('ls', { isDefault: true }))
    .description('list them, the next one first')
    .argument('<agent>', agentWords)
    .action((agent: string, options: TargetOptions) => listQueue(agent, options, context));
  withTarget(queue.command('edit'))
    .description('replace the text of one')
    .argument('<agent>', agentWords)
    .argument('<message>', MESSAGE)
    .argument('<text...>', 'its new text')
    .action((agent: string, message: string, words: string[], options: TargetOptions) =>
      editQueued(agent, message, words.join(' '), options, context),
    );
  withTarget(queue.command('rm'))
    .description('take one out')
    .argument('<agent>', agentWords)
    .argument('<message>', MESSAGE)
    .action((agent: string, message: string, options: TargetOptions) => removeQueued(agent, message, options, context));
  withTarget(queue.command('go'))
    .description('send what waits since a turn was stopped or failed')
    .argument('<agent>', agentWords)
    .action((agent: string, options: TargetOptions) => resumeQueue(agent, options, context));
}

const MESSAGE = 'the waiting message, by the beginning of its id';

async function listQueue(reference: string, options: TargetOptions, context: CliContext): Promise<void> {
  const { queue, queuePaused } = await withDaemon(options, context, async ({ client }) => {
    const { id: agentId } = await findAgent(client, reference);
    const detail = await agentDetail(client, agentId);
    if (options.json !== true) return detail;
    return { ...detail, queue: await Promise.all(detail.queue.map((prompt) => whole(client, agentId, prompt))) };
  });
  if (options.json === true) return printJson(context, { queue, paused: queuePaused });
  if (queue.length === 0) return note(context, 'No message waits.');
  printTable(
    context,
    ['MESSAGE', 'FROM', 'TEXT'],
    queue.map((prompt) => [prompt.id, prompt.by.name, prompt.whole ? prompt.text : `${prompt.text}…`]),
  );
  if (queuePaused) note(context, 'They wait because the last turn did not finish. "paseo queue go" sends them.');
}

async function editQueued(
  reference: string,
  message: string,
  text: string,
  options: TargetOptions,
  context: CliContext,
): Promise<void> {
  checkMessage(text, 'The message is empty. "paseo queue rm" takes it out.');
  const done = await withDaemon(options, context, async ({ client }) => {
    const { id: agentId } = await findAgent(client, reference);
    const { id: queuedId } = findQueued((await agentDetail(client, agentId)).queue, message);
    await client.command('queue.edit', { agentId, queuedId, text });
    return { agentId, queuedId };
  });
  if (options.json === true) printJson(context, { event: 'edited', ...done });
  else print(context, `Changed ${done.queuedId}.`);
}

async function removeQueued(
  reference: string,
  message: string,
  options: TargetOptions,
  context: CliContext,
): Promise<void> {
  const done = await withDaemon(options, context, async ({ client }) => {
    const { id: agentId } = await findAgent(client, reference);
    const found = findQueued((await agentDetail(client, agentId)).queue, message);
    // Nobody has it any more afterwards.
    const { id: queuedId, text } = await whole(client, agentId, found);
    await client.command('queue.remove', { agentId, queuedId });
    return { agentId, queuedId, text };
  });
  if (options.json === true) printJson(context, { event: 'removed', ...done });
  else print(context, `Taken out: ${done.text}`);
}

async function resumeQueue(reference: string, options: TargetOptions, context: CliContext): Promise<void> {
  const agentId = await withDaemon(options, context, async ({ client }) => {
    const { id } = await findAgent(client, reference);
    await client.command('queue.resume', { agentId: id });
    return id;
  });
  if (options.json === true) printJson(context, { event: 'resumed', agentId });
  else print(context, `The messages of ${agentId} are sent now, one at a time.`);
}

/** With all of its text, if it still waits and this device may read it. */
async function whole(client: DaemonClient, agentId: string, prompt: QueuedPrompt): Promise<QueuedPrompt> {
  if (prompt.whole) return prompt;
  try {
    const { text } = await client.query('queue.read', { agentId, queuedId: prompt.id });
    return { ...prompt, text, whole: true };
  } catch (error) {
    if (error instanceof RequestError && ['not_found', 'forbidden'].includes(error.code)) return prompt;
    throw error;
  }
}

function findQueued(queue: readonly QueuedPrompt[], reference: string): QueuedPrompt {
  return byBeginning(queue, ({ id }) => id, reference, {
    none: `No message "${reference}" waits (any more). "paseo queue ls" lists them.`,
    several: (found) => `${found.length} messages begin with "${reference}". Write more of the id.`,
  });
}
