import type { AgentSummary } from '../../src-shared/wire/agent.ts';
import type { AgentDetail } from '../../src-shared/wire/detail.ts';
import { agentDetail } from './agent-detail.ts';
import { findAgent } from './agent-ref.ts';
import type { CliContext } from './context.ts';
import { withDaemon } from './daemon-session.ts';
import type { TargetOptions } from './options.ts';
import { print, printJson } from './output.ts';
import { safeLine } from './safe-text.ts';

/** Shows what is known of an agent beside its conversation. */
export async function showAgent(reference: string, options: TargetOptions, context: CliContext): Promise<void> {
  const shown = await withDaemon(options, context, async ({ client }) => {
    const agent = await findAgent(client, reference);
    return { agent, detail: await agentDetail(client, agent.id) };
  });
  if (options.json === true) printJson(context, shown);
  else for (const line of lines(shown.agent, shown.detail)) print(context, line);
}

function lines(
  agent: AgentSummary,
  { options, usage, queue, queuePaused, continueCommand, login }: AgentDetail,
): string[] {
  const waiting = [...agent.pending.map(({ title }) => title), ...agent.questions.map(({ message }) => message)];
  return [
    safeLine(agent.title),
    `  agent       ${agent.id}, ${safeLine(agent.providerLabel)}, ${agent.state}${agent.archived ? ', archived' : ''}`,
    `  folder      ${safeLine(agent.cwd)}`,
    ...(agent.error === null ? [] : [`  error       ${safeLine(agent.error)}`]),
    ...(login?.command == null ? [] : [`  log in      ${safeLine(login.command)}`]),
    ...waiting.map((what) => `  waits for   ${safeLine(what)}`),
    ...options.map(
      ({ id, name, value }) => `  option      ${safeLine(name)} (${safeLine(id)}): ${safeLine(String(value))}`,
    ),
    ...(usage === null ? [] : [`  context     ${usage.used} of ${usage.size} tokens${costWords(usage.cost)}`]),
    ...queue.map(({ id, text }) => `  queued      ${id} ${safeLine(text)}`),
    ...(queuePaused && queue.length > 0 ? ['              The queue waits. "paseo queue go" sends it.'] : []),
    ...(continueCommand === null ? [] : [`  go on with  ${safeLine(continueCommand)}`]),
  ];
}

function costWords(cost: { amount: number; currency: string } | null): string {
  return cost === null ? '' : `, ${cost.amount.toFixed(2)} ${safeLine(cost.currency)}`;
}
