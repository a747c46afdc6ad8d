import type { DaemonClient } from '../../src-shared/client/daemon-client.ts';
import type { AgentSummary } from '../../src-shared/wire/agent.ts';
import { byBeginning } from './by-beginning.ts';
import { safeLine } from './safe-text.ts';

/** The agent that a person means by the beginning of its id. Throws `CliError` `not_found` or `ambiguous`. */
export async function findAgent(client: DaemonClient, reference: string): Promise<AgentSummary> {
  return byBeginning(await allAgents(client), ({ id }) => id, reference.toLowerCase(), {
    none: `There is no agent "${reference}". "paseo ls --all" lists them.`,
    several: (found) => {
      const ids = found.slice(0, 5).map(({ id, title }) => `${id} (${safeLine(title)})`);
      return `${found.length} agents begin with "${reference}": ${ids.join(', ')}. Write more of the id.`;
    },
  });
}

/** Archived ones included. */
export async function allAgents(client: DaemonClient): Promise<AgentSummary[]> {
  const { agents } = await client.query('agents.list', { archived: true });
  return agents;
}
