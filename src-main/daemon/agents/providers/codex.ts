import { join } from 'node:path';
import { probe } from './probe.ts';
import type { AgentFacts, FoundProgram } from './provider-entry.ts';
import { homeOf, textOf } from './setting-files.ts';

type Environment = Readonly<Record<string, string>>;

const INSTALL =
  process.platform === 'win32'
    ? 'powershell -ExecutionPolicy ByPass -c "irm https://chatgpt.com/codex/install.ps1 | iex"'
    : 'curl -fsSL https://chatgpt.com/codex/install.sh | sh';

/** Codex, through the adapter that comes with Paseo and is pointed at the person's own `codex`. */
export const codex: AgentFacts = {
  id: 'codex',
  label: 'Codex',
  command: 'codex',
  adapter: 'codex',
  args: [],
  versionArgs: ['--version'],
  oldestVersion: '0.140.0',
  install: { command: INSTALL, otherwise: 'npm install -g @openai/codex' },
  updateArgs: ['update'],
  loginArgs: ['login'],
  loginOtherwise: (id) => `put CODEX_API_KEY into agents.providers.${id}.env in config.json`,
  continueArgs: (sessionId) => ['resume', sessionId],
  listsSessions: true,
  // A command goes on after a cancel, until the session is closed.
  endsItsTools: false,
  loadIsDestructive: false,
  freshEnv,
  loggedIn,
  loginFiles: (env) => ['auth.json', 'config.toml'].map((name) => join(codexHome(env), name)),
  refuses: () => Promise.resolve(null),
};

/**
 * The adapter's own first mode lets a model approve what the agent wants to do. A person shall be asked instead, unless their
 * configuration of Codex says otherwise; what they choose in a session later stays theirs.
 */
async function freshEnv({ path, env }: FoundProgram): Promise<Record<string, string>> {
  const fresh: Record<string, string> = { CODEX_PATH: path, NO_BROWSER: '1' };
  if (!env['INITIAL_AGENT_MODE']) fresh['INITIAL_AGENT_MODE'] = initialMode(await topOf(env));
  // The adapter uses a key only when it is told to.
  if (hasKey(env) && !env['DEFAULT_AUTH_REQUEST'])
    fresh['DEFAULT_AUTH_REQUEST'] = JSON.stringify({ methodId: 'api-key' });
  return fresh;
}

/** Modes of the adapter (docs of codex-acp 2.6: read-only, workspace-write, agent, agent-full-access) for what config.toml says. */
function initialMode(config: string): string {
  const sandbox = setting(config, 'sandbox_mode');
  if (setting(config, 'approvals_reviewer') === 'auto_review') return 'agent';
  if (sandbox === 'danger-full-access' && setting(config, 'approval_policy') === 'never') return 'agent-full-access';
  return sandbox === 'workspace-write' ? 'workspace-write' : 'read-only';
}

async function loggedIn(program: FoundProgram): Promise<boolean | null> {
  if (hasKey(program.env)) return true;
  // Another provider of models has its own way, which only a request would show.
  const provider = setting(await topOf(program.env), 'model_provider');
  if (provider !== null && provider !== 'openai') return null;
  const { code } = await probe(program, ['login', 'status']);
  return code === null ? null : code === 0;
}

function hasKey(env: Environment): boolean {
  return Boolean(env['CODEX_API_KEY'] || env['OPENAI_API_KEY']);
}

function codexHome(env: Environment): string {
  return env['CODEX_HOME'] || join(homeOf(env), '.codex');
}

/** What config.toml says before its first table. */
async function topOf(env: Environment): Promise<string> {
  const text = await textOf(join(codexHome(env), 'config.toml'));
  const table = /^\s*\[/m.exec(text);
  return table === null ? text : text.slice(0, table.index);
}

/** A top-level setting whose value is a plain string. */
function setting(config: string, name: string): string | null {
  return new RegExp(`^\\s*${name}\\s*=\\s*["']([^"'\\n]*)["']`, 'm').exec(config)?.[1] ?? null;
}
