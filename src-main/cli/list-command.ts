import type { AgentSummary } from '../../src-shared/wire/agent.ts';
import { allAgents } from './agent-ref.ts';
import type { CliContext } from './context.ts';
import { withDaemon } from './daemon-session.ts';
import type { TargetOptions } from './options.ts';
import { note, printJson, printTable } from './output.ts';

/** Lists the agents, the newest first. */
export async function listAgents(options: TargetOptions & { all?: boolean }, context: CliContext): Promise<void> {
  const agents = await withDaemon(options, context, async ({ client }) =>
    options.all === true ? allAgents(client) : (await client.query('agents.list', { archived: false })).agents,
  );
  agents.sort((a, b) => b.updatedAt.localeCompare(a.updatedAt));
  if (options.json === true) return printJson(context, { agents });
  if (agents.length === 0) return note(context, 'There are no agents. Start one with "paseo run".');
  printTable(context, ['AGENT', 'STATE', 'PROVIDER', 'FOLDER', 'TITLE'], agents.map(row));
}

function row({ id, state, archived, provider, cwd, title }: AgentSummary): string[] {
  return [id, archived ? `${state}, archived` : state, provider, cwd, title];
}
