import type { Command } from 'commander';
import type { DaemonClient } from '../../src-shared/client/daemon-client.ts';
import type { ProviderSummary } from '../../src-shared/wire/agent.ts';
import { agentFolder } from './agent-folder.ts';
import { byBeginning } from './by-beginning.ts';
import { UsageError } from './cli-error.ts';
import type { CliContext } from './context.ts';
import { withDaemon } from './daemon-session.ts';
import { type NewestSessions, newestSessions } from './newest-sessions.ts';
import { type TargetOptions, withTarget } from './options.ts';
import { note, print, printJson, printTable, warn } from './output.ts';
import { safeLine } from './safe-text.ts';

interface ImportOptions extends TargetOptions {
  cwd?: string;
}

interface SessionsOptions extends ImportOptions {
  all?: boolean;
}

export function addProviderCommands(root: Command, context: CliContext): void {
  withTarget(root.command('providers'))
    .description('list the kinds of agents, whether each can be used, and what mends it')
    .action((options: TargetOptions) => listProviders(options, context));
  withTarget(root.command('sessions'))
    .description("list the sessions that an agent's own terminal program has")
    .argument('<provider>', 'which kind of agent')
    .option('--cwd <dir>', 'those of this folder (default: this one)')
    .option('--all', 'of every folder')
    .action((provider: string, options: SessionsOptions) => listSessions(provider, options, context));
  withTarget(root.command('import'))
    .description('go on with such a session here')
    .argument('<provider>', 'which kind of agent')
    .argument('<session>', 'the session, by the beginning of its id')
    .option('--cwd <dir>', 'one of this folder')
    .action((provider: string, session: string, options: ImportOptions) =>
      importSession(provider, session, options, context),
    );
}

async function listProviders(options: TargetOptions, context: CliContext): Promise<void> {
  const { providers } = await withDaemon(options, context, ({ client }) => client.query('providers.list', {}));
  if (options.json === true) return printJson(context, { providers });
  printTable(context, ['PROVIDER', 'STATE', 'VERSION', 'PROGRAM'], providers.map(row));
  for (const { label, fix, command } of providers) {
    if (fix !== null) note(context, `${safeLine(label)}: ${safeLine(fix)}`);
    if (command !== null) note(context, `    ${safeLine(command)}`);
  }
}

function row({ id, state, version, path }: ProviderSummary): string[] {
  return [id, state, version ?? '-', path ?? '-'];
}

async function listSessions(provider: string, options: SessionsOptions, context: CliContext): Promise<void> {
  if (options.all === true && options.cwd !== undefined) throw new UsageError('Give --cwd or --all, not both.');
  const { sessions, older } = await withDaemon(options, context, async ({ client, local }) => {
    const cwd = options.all === true ? null : agentFolder(options.cwd, local, context, ', or use --all');
    return sessionsOf(client, provider, cwd);
  });
  if (older) warn(context, options.json, `Only the newest ${sessions.length} sessions were looked at.`);
  if (options.json === true) return printJson(context, { sessions });
  if (sessions.length === 0)
    return note(
      context,
      options.all === true
        ? 'There are no sessions.'
        : 'There are no sessions of that folder. --all looks in every folder.',
    );
  printTable(
    context,
    ['SESSION', 'UPDATED', 'AGENT', 'FOLDER', 'TITLE'],
    sessions.map(({ sessionId, updatedAt, agentId, cwd, title }) => [
      sessionId,
      updatedAt ?? '-',
      agentId ?? '-',
      cwd,
      title,
    ]),
  );
}

async function importSession(
  provider: string,
  reference: string,
  options: ImportOptions,
  context: CliContext,
): Promise<void> {
  const agentId = await withDaemon(options, context, async ({ client, local }) => {
    const near = options.cwd === undefined ? null : agentFolder(options.cwd, local, context);
    const { sessions, older } = await sessionsOf(client, provider, near);
    const among = older ? ` among the newest ${sessions.length}, and older ones were not looked at` : '';
    const { sessionId, cwd } = byBeginning(sessions, (session) => session.sessionId, reference, {
      none: `There is no session "${reference}"${among}. "paseo sessions" lists them.`,
      several: (found) => `${found.length} sessions begin with "${reference}". Write more of the id.`,
    });
    return (await client.command('agent.import', { provider, cwd, sessionId })).agentId;
  });
  if (options.json === true) printJson(context, { event: 'agent', agentId });
  else print(context, agentId);
}

/** `cwd` null: of every folder. */
function sessionsOf(client: DaemonClient, provider: string, cwd: string | null): Promise<NewestSessions> {
  return newestSessions((cursor) => client.query('sessions.list', { provider, cwd, cursor }));
}
