import type { DaemonClient } from '../../src-shared/client/daemon-client.ts';
import type { AgentSummary } from '../../src-shared/wire/agent.ts';
import { byBeginning } from './by-beginning.ts';
import { CliError } from './cli-error.ts';
import { safeLine } from './safe-text.ts';

/** The agent that a person means by the beginning of its id. Throws `CliError` `not_found` or `ambiguous`. */
export async function findAgent(client: DaemonClient, reference: string): Promise<AgentSummary> {
  const none = `There is no agent "${reference}". "paseo ls --all" lists them.`;
  const agent = byBeginning(await allAgents(client), ({ id }) => id, reference.toLowerCase(), {
    none,
    several: (found) => {
      const ids = found.slice(0, 5).map(({ id, title }) => `${id} (${safeLine(title)})`);
      return `${found.length} agents begin with "${reference}": ${ids.join(', ')}. Write more of the id.`;
    },
  });
  // What a script left empty means no agent, also where there is only one.
  if (reference === '') throw new CliError('not_found', none);
  return agent;
}

/** Archived ones included. */
export async function allAgents(client: DaemonClient): Promise<AgentSummary[]> {
  const { agents } = await client.query('agents.list', { archived: true });
  return agents;
}
