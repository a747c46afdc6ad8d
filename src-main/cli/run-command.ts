import type { AgentView } from '../../src-shared/client/agent-follower.ts';
import type { DaemonClient } from '../../src-shared/client/daemon-client.ts';
import { CLI_FOLLOW_PATIENCE_MS } from './limits.ts';
import { MAX_PROMPT_CHARS } from '../../src-shared/limits.ts';
import type { EntryBody } from '../../src-shared/wire/timeline.ts';
import { agentFolder } from './agent-folder.ts';
import { CliError, UsageError } from './cli-error.ts';
import type { CliContext } from './context.ts';
import { withDaemon } from './daemon-session.ts';
import { followAgent } from './follow-agent.ts';
import { checkMessage } from './message-text.ts';
import type { TargetOptions } from './options.ts';
import { note, print, printJson } from './output.ts';
import { readInput } from './read-input.ts';
import { stopSignals } from './stop-signals.ts';
import { uploadFiles } from './upload-files.ts';

export interface RunOptions extends TargetOptions {
  provider?: string;
  cwd?: string;
  detach?: boolean;
  file?: string[];
  mention?: string[];
}

/** Starts an agent with its first message, and follows it until its turn ends. */
export async function runAgent(words: readonly string[], options: RunOptions, context: CliContext): Promise<void> {
  const json = options.json === true;
  const prompt = await promptText(words, options, context);
  const { signal, dispose } = stopSignals();
  try {
    await withDaemon(
      options,
      context,
      async ({ client, local }) => {
        const cwd = agentFolder(options.cwd, local, context);
        const provider = options.provider ?? (await onlyProvider(client));
        const attachments = await uploadFiles(client, options.file ?? [], context);
        const mentions = options.mention ?? [];
        const { agentId } = await client.command('agent.create', { provider, cwd, prompt, attachments, mentions });
        if (json) printJson(context, { event: 'agent', agentId });
        else if (options.detach === true) print(context, agentId);
        else note(context, `Agent ${agentId}`);
        if (options.detach === true) return;
        await untilTurnEnds(client, agentId, json, signal, context);
      },
      { patience: CLI_FOLLOW_PATIENCE_MS, signal },
    );
  } finally {
    dispose();
  }
}

async function untilTurnEnds(
  client: DaemonClient,
  agentId: string,
  json: boolean,
  signal: AbortSignal,
  context: CliContext,
): Promise<void> {
  const cancel = (): void => {
    if (!json) note(context, '\nStopping the agent. Ctrl-C again leaves at once.');
    // When this fails, the connection is gone, and with it the command ends.
    client.command('agent.cancel', { agentId }).catch(() => undefined);
  };
  signal.addEventListener('abort', cancel, { once: true });
  if (signal.aborted) cancel();
  try {
    const never = new AbortController().signal;
    const until = (view: AgentView): boolean => turnEnd(view) !== undefined;
    const end = turnEnd(await followAgent({ client, agentId, json, until, signal: never, ask: true }, context));
    if (end === undefined) return;
    if (json) printJson(context, { event: 'end', agentId, reason: end.reason, error: end.error });
    if (end.reason !== 'end_turn')
      throw new CliError('turn_ended', end.error ?? `The turn did not finish (${end.reason.replaceAll('_', ' ')}).`);
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}

/** The first turn is this command's; others may add more. */
function turnEnd({ entries }: AgentView): Extract<EntryBody, { kind: 'turn-end' }> | undefined {
  for (const { body } of entries) if (body.kind === 'turn-end') return body;
  return undefined;
}

async function promptText(words: readonly string[], { host }: RunOptions, context: CliContext): Promise<string> {
  const fromInput = words.length === 1 && words[0] === '-';
  if (fromInput && host === '-') throw new UsageError('Standard input can hold the link or the message, not both.');
  const input = fromInput ? await readInput(context, 'Message: ', MAX_PROMPT_CHARS) : null;
  // The line break that ends a file or an `echo` is not part of what the person wants to say.
  const text = input === null ? words.join(' ') : input.replace(/\r?\n$/, '');
  checkMessage(
    text,
    'The first message is empty. Write it after the options, or use - to read it from standard input.',
  );
  return text;
}

async function onlyProvider(client: DaemonClient): Promise<string> {
  const { providers } = await client.query('providers.list', {});
  const ready = providers.filter(({ state }) => state === 'ready');
  if (ready.length === 1 && ready[0] !== undefined) return ready[0].id;
  const fixes = providers.flatMap(({ id, fix }) => (fix === null ? [] : [`${id}: ${fix}`]));
  if (ready.length === 0)
    throw new CliError('provider_unavailable', `No agent is ready to use on that computer. ${fixes.join(' ')}`.trim());
  throw new UsageError(`Choose an agent with --provider: ${ready.map(({ id }) => id).join(', ')}.`);
}
