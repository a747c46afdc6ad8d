import type { ProviderConfig } from '../../../../src-shared/config/schema.ts';
import { shellWord } from '../../../platform/shell-word.ts';
import { refuseHostedModel } from './opencode-model-guard.ts';
import { claude } from './claude.ts';
import { codex } from './codex.ts';
import { continueCommand } from './continue-command.ts';
import { gemini } from './gemini.ts';
import { namesOpenCode, opencode, guardedEnv } from './opencode.ts';
import type { AgentFacts, ProviderEntry } from './provider-entry.ts';

type Configured = Readonly<Record<string, ProviderConfig>>;

const builtIn = new Map<string, AgentFacts>([claude, codex, opencode, gemini].map((facts) => [facts.id, facts]));

/** The built-in providers with what `agents.providers` in config.json changes and adds. */
export function providerTable(configured: Configured): Map<string, ProviderEntry> {
  const table = new Map<string, ProviderEntry>();
  for (const id of new Set([...builtIn.keys(), ...Object.keys(configured)])) {
    const settings = resolve(id, configured, new Set());
    if (settings !== null) table.set(id, entry(id, settings));
  }
  return table;
}

interface Settings {
  readonly facts: AgentFacts;
  readonly env: Readonly<Record<string, string>>;
  readonly enabled: boolean;
  /** `facts` are of another program than the one that is configured, which may be a script around it. */
  readonly wrapped: string | null;
}

/** null for an entry without a command, of its own or of the one it extends. */
function resolve(id: string, configured: Configured, visited: Set<string>): Settings | null {
  const config = Object.hasOwn(configured, id) ? configured[id] : undefined;
  const facts = builtIn.get(id);
  const own = facts === undefined ? null : { facts, env: {}, enabled: true, wrapped: null };
  if (config === undefined || visited.has(id)) return own;
  visited.add(id);
  const base = config.extends === undefined ? own : resolve(config.extends, configured, visited);
  const command = config.command ?? base?.facts.command;
  if (command === undefined) return null;
  const args = config.args ?? base?.facts.args ?? [];
  const known = base?.facts ?? stranger(id, command);
  // What an adapter is pointed at, and what stands in for a built-in command, is that program at another place.
  const samePlace = config.command === undefined || known.adapter !== null || id === known.id;
  return {
    facts: {
      ...known,
      label: config.label ?? base?.facts.label ?? id,
      command,
      args,
      ...(samePlace ? {} : { versionArgs: null, oldestVersion: null }),
      ...(config.command === undefined ? {} : { install: null }),
      ...(known.adapter === null && namesOpenCode(command, args) ? guards(opencode) : {}),
    },
    env: { ...base?.env, ...config.env },
    enabled: config.enabled ?? base?.enabled ?? true,
    wrapped: samePlace ? (base?.wrapped ?? null) : known.command,
  };
}

function entry(id: string, { facts, env, enabled, wrapped }: Settings): ProviderEntry {
  const { install, command, updateArgs, loginArgs, loginOtherwise, continueArgs } = facts;
  const inTerminal = wrapped ?? command;
  const line = (args: readonly string[] | null) => args && [inTerminal, ...args].map(shellWord).join(' ');
  const [update, login] = [line(updateArgs), line(loginArgs)];
  const setCommand = `set agents.providers.${id}.command in config.json`;
  return {
    ...facts,
    id,
    env,
    enabled,
    installCommand: install?.command ?? null,
    updateCommand: update ?? install?.command ?? null,
    loginCommand: login,
    installFix:
      install === null
        ? `Install ${command}, or ${setCommand} to its path.`
        : `Install it with "${install.command}" or "${install.otherwise}", or ${setCommand} to its path.`,
    loginFix: [login === null ? `Log in with the agent's own program (${command})` : `Run "${login}" in a terminal`]
      .concat(loginOtherwise === null ? [] : [loginOtherwise(id)])
      .join(', or ')
      .concat('.'),
    continueCommand: (sessionId, cwd) => continueArgs && continueCommand(cwd, [inTerminal, ...continueArgs(sessionId)]),
  };
}

/** An ACP agent that is known from config.json alone. It may be OpenCode under any name, so it is guarded like it. */
function stranger(id: string, command: string): AgentFacts {
  return {
    id,
    label: id,
    command,
    adapter: null,
    args: [],
    versionArgs: null,
    oldestVersion: null,
    install: null,
    updateArgs: null,
    loginArgs: null,
    loginOtherwise: null,
    continueArgs: null,
    listsSessions: true,
    endsItsTools: false,
    loadIsDestructive: false,
    freshEnv: guardedEnv,
    loggedIn: () => Promise.resolve(null),
    loginFiles: () => [],
    refuses: refuseHostedModel,
  };
}

function guards({ freshEnv, refuses }: AgentFacts): Partial<AgentFacts> {
  return { freshEnv, refuses };
}
