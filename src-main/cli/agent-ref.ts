import type { DaemonClient } from '../../src-shared/client/daemon-client.ts';
import type { AgentSummary } from '../../src-shared/wire/agent.ts';
import { CliError } from './cli-error.ts';
import { safeLine } from './safe-text.ts';

/** The agent that a person means by the beginning of its id. Throws `CliError` `not_found` or `ambiguous`. */
export async function findAgent(client: DaemonClient, reference: string): Promise<AgentSummary> {
  const agents = await allAgents(client);
  const found = agents.filter(({ id }) => id.startsWith(reference.toLowerCase()));
  const exact = found.find(({ id }) => id === reference.toLowerCase());
  if (exact !== undefined) return exact;
  if (found.length > 1) {
    const ids = found.slice(0, 5).map(({ id, title }) => `${id} (${safeLine(title)})`);
    throw new CliError(
      'ambiguous',
      `${found.length} agents begin with "${reference}": ${ids.join(', ')}. Write more of the id.`,
    );
  }
  if (found[0] === undefined || reference === '')
    throw new CliError('not_found', `There is no agent "${reference}". "paseo ls --all" lists them.`);
  return found[0];
}

/** Archived ones included. */
export async function allAgents(client: DaemonClient): Promise<AgentSummary[]> {
  const { agents } = await client.query('agents.list', { archived: true });
  return agents;
}
