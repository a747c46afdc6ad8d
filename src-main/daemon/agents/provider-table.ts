import { randomBytes } from 'node:crypto';
import type { ProviderConfig } from '../../../src-shared/config/schema.ts';
import { refuseHostedModel } from './opencode-model-guard.ts';
import type { SessionFacts } from './session-facts.ts';

/** Everything that is known about one kind of agent. Nothing outside this table tells agents apart. */
export interface ProviderEntry {
  readonly id: string;
  readonly label: string;
  /** A name that is looked up on PATH, or an absolute path. */
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly enabled: boolean;
  /** How to ask for the version; null when the command is not known to have one. */
  readonly versionArgs: readonly string[] | null;
  readonly installFix: string;
  readonly loginFix: string;
  /** Variables that are made anew for every process. */
  readonly freshEnv: () => Record<string, string>;
  /** Why a prompt must not be sent to this session, with the fix; null when it may. */
  readonly refuses: (session: SessionFacts) => Promise<string | null>;
}

const builtIn: Readonly<Record<string, ProviderEntry>> = {
  opencode: {
    id: 'opencode',
    label: 'OpenCode',
    command: 'opencode',
    args: ['acp'],
    env: {},
    enabled: true,
    versionArgs: ['--version'],
    installFix:
      'Install OpenCode (npm install -g opencode-ai), or set agents.providers.opencode.command in config.json.',
    loginFix: 'Run "opencode auth login" in a terminal.',
    // `opencode acp` also opens an HTTP server on loopback, without a password unless it is given one.
    freshEnv: () => ({ OPENCODE_SERVER_PASSWORD: randomBytes(32).toString('base64url') }),
    refuses: refuseHostedModel,
  },
};

/** The built-in providers with what `agents.providers` in config.json changes and adds. */
export function providerTable(configured: Readonly<Record<string, ProviderConfig>>): Map<string, ProviderEntry> {
  const table = new Map<string, ProviderEntry>();
  for (const id of new Set([...Object.keys(builtIn), ...Object.keys(configured)])) {
    const entry = resolve(id, configured, new Set());
    if (entry !== null) table.set(id, entry);
  }
  return table;
}

/** null for an entry without a command, of its own or of the one it extends. */
function resolve(
  id: string,
  configured: Readonly<Record<string, ProviderConfig>>,
  visited: Set<string>,
): ProviderEntry | null {
  const config = Object.hasOwn(configured, id) ? configured[id] : undefined;
  const own = Object.hasOwn(builtIn, id) ? builtIn[id]! : null;
  if (config === undefined || visited.has(id)) return own;
  visited.add(id);
  const base = config.extends === undefined ? own : resolve(config.extends, configured, visited);
  const command = config.command ?? base?.command;
  if (command === undefined) return null;
  const sameProgram = base !== null && (config.command === undefined || id === base.id);
  return {
    id,
    label: config.label ?? base?.label ?? id,
    command,
    args: config.args ?? base?.args ?? [],
    env: { ...base?.env, ...config.env },
    enabled: config.enabled ?? base?.enabled ?? true,
    versionArgs: sameProgram ? base.versionArgs : null,
    installFix: `Install ${command}, or set agents.providers.${id}.command in config.json to its path.`,
    loginFix: base?.loginFix ?? `Log in with the agent's own program (${command}) in a terminal.`,
    freshEnv: base?.freshEnv ?? (() => ({})),
    refuses: base?.refuses ?? (() => Promise.resolve(null)),
  };
}
