import { agentDetail } from './agent-detail.ts';
import { findAgent } from './agent-ref.ts';
import type { CliContext } from './context.ts';
import { withDaemon } from './daemon-session.ts';
import type { TargetOptions } from './options.ts';
import { print, printJson } from './output.ts';

/** Ends the running turn of an agent; resolves when it has ended. */
export async function stopAgent(reference: string, options: TargetOptions, context: CliContext): Promise<void> {
  const agentId = await withDaemon(options, context, async ({ client }) => {
    const { id } = await findAgent(client, reference);
    await client.command('agent.cancel', { agentId: id });
    return id;
  });
  if (options.json === true) printJson(context, { event: 'stopped', agentId });
  else print(context, `Stopped ${agentId}.`);
}

/** Makes Paseo let go of an idle agent's session and shows how to go on with it in a terminal. */
export async function releaseAgent(reference: string, options: TargetOptions, context: CliContext): Promise<void> {
  const released = await withDaemon(options, context, async ({ client }) => {
    const { id } = await findAgent(client, reference);
    await client.command('agent.release', { agentId: id });
    return { agentId: id, continueCommand: (await agentDetail(client, id)).continueCommand };
  });
  if (options.json === true) printJson(context, { event: 'released', ...released });
  else print(context, released.continueCommand ?? 'It has no session yet.');
}

/** Goes on with a turn that did not finish. */
export async function resumeAgent(reference: string, options: TargetOptions, context: CliContext): Promise<void> {
  const resumed = await withDaemon(options, context, async ({ client }) => {
    const { id } = await findAgent(client, reference);
    return { agentId: id, ...(await client.command('agent.resume', { agentId: id })) };
  });
  if (options.json === true) printJson(context, { event: 'resumed', ...resumed });
  else print(context, `Agent ${resumed.agentId} goes on.`);
}
