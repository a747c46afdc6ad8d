import type { Clock } from '../../../../src-shared/clock.ts';
import { systemClock } from '../../../../src-shared/clock.ts';
import type { ProviderConfig } from '../../../../src-shared/config/schema.ts';
import type { ProviderSummary } from '../../../../src-shared/wire/agent.ts';
import type { RuntimePaths } from '../../../platform/runtime-paths.ts';
import { agentEnvironment } from './agent-environment.ts';
import { AgentError } from '../agent-error.ts';
import { findProgram } from './find-program.ts';
import { isOlder, ProviderProbes } from './provider-probes.ts';
import { providerTable } from './provider-table.ts';
import type { FoundProgram, ProviderEntry } from './provider-entry.ts';
import { ShellEnvironment } from './shell-environment.ts';

/** What to spawn: the agent itself, or plain Node with the adapter that is pointed at it. */
export interface Launch {
  readonly entry: ProviderEntry;
  /** Absolute path. */
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment. */
  readonly env: Record<string, string>;
}

export interface ProviderDirectoryOptions {
  readonly configured: () => Readonly<Record<string, ProviderConfig>>;
  readonly environment: NodeJS.ProcessEnv;
  /** null: agents that need an adapter cannot be started. */
  readonly runtime: RuntimePaths | null;
  /** Ask the person's login shell for its PATH: what was started from a desktop has a short one. */
  readonly loginShell: boolean;
  readonly clock?: Clock;
}

/** Which agents this machine has, and how each is started. Looks anew at every call, so that an installation shows at once. */
export class ProviderDirectory {
  readonly #options: ProviderDirectoryOptions;
  readonly #shell: ShellEnvironment;
  readonly #probes: ProviderProbes;

  constructor(options: ProviderDirectoryOptions) {
    const { environment, loginShell, runtime, clock = systemClock } = options;
    this.#options = options;
    this.#shell = new ShellEnvironment({
      environment,
      clock,
      nodePath: loginShell ? (runtime?.nodePath ?? null) : null,
    });
    this.#probes = new ProviderProbes(clock);
  }

  async list(): Promise<ProviderSummary[]> {
    const configured = this.#options.configured();
    const table = providerTable(configured);
    const whole = await Promise.all([...table.values()].map((entry) => this.#summary(entry)));
    const incomplete = Object.entries(configured).filter(([id]) => !table.has(id));
    return [...whole, ...incomplete.map(([id, config]) => incompleteSummary(id, config))];
  }

  /** Throws {@link AgentError} `provider_unavailable` with the fix. */
  entry(provider: string): ProviderEntry {
    const configured = this.#options.configured();
    const entry = providerTable(configured).get(provider);
    if (entry !== undefined) return entry;
    const incomplete = Object.hasOwn(configured, provider) ? configured[provider] : undefined;
    throw new AgentError(
      'provider_unavailable',
      incomplete === undefined
        ? `There is no agent "${provider}". Add it to agents.providers in config.json.`
        : incompleteFix(provider, incomplete),
    );
  }

  /** How to start an agent now. Throws {@link AgentError} `provider_unavailable` with the fix. */
  async launch(provider: string, agentId: string): Promise<Launch> {
    const entry = this.entry(provider);
    const refuse = (why: string, fix: string) =>
      new AgentError('provider_unavailable', `${entry.label} ${why}. ${fix}`);
    if (!entry.enabled) throw refuse('is switched off', disabledFix(entry));
    const program = await this.#find(entry);
    if (program === null) throw refuse('is not installed', entry.installFix);
    const version = await this.#tooOld(program, entry);
    if (version !== null) throw refuse(`${version} is too old`, tooOldFix(entry));
    const env = { ...program.env, ...(await entry.freshEnv(program)), PASEO_AGENT_ID: agentId };
    if (entry.adapter === null) return { entry, command: program.path, args: entry.args, env };
    const { runtime } = this.#options;
    if (runtime === null) throw refuse('cannot be started', ADAPTER_FIX);
    return { entry, command: runtime.nodePath, args: [runtime.adapters[entry.adapter], ...entry.args], env };
  }

  async #summary(entry: ProviderEntry): Promise<ProviderSummary> {
    const { id, label, listsSessions } = entry;
    const say = (
      state: ProviderSummary['state'],
      fix: string | null = null,
      command: string | null = null,
      seen: { path?: string; version?: string | null } = {},
    ): ProviderSummary => ({
      ...{ id, label: label.slice(0, 128), state, listsSessions },
      ...{ path: seen.path ?? null, version: seen.version ?? null },
      ...{ fix: fix?.slice(0, 1024) ?? null, command: command?.slice(0, 1024) ?? null },
    });
    if (!entry.enabled) return say('disabled', disabledFix(entry));
    const program = await this.#find(entry);
    if (program === null) return say('not-installed', entry.installFix, entry.installCommand);
    const { path } = program;
    if (entry.adapter !== null && this.#options.runtime === null) return say('broken', ADAPTER_FIX, null, { path });
    const version = entry.versionArgs === null ? null : await this.#probes.version(program, entry);
    if (version === null && entry.versionArgs !== null) {
      const asked = [path, ...entry.versionArgs].join(' ');
      return say('broken', `"${asked}" failed. Run it in a terminal to see why.`, asked, { path });
    }
    if (tooOld(version, entry)) return say('too-old', tooOldFix(entry), entry.updateCommand, { path, version });
    if ((await this.#probes.loggedIn(program, entry)) === false)
      return say('not-logged-in', entry.loginFix, entry.loginCommand, { path, version });
    return say('ready', null, null, { path, version });
  }

  /** The version when it is too old. One that does not say its version is given a chance. */
  async #tooOld(program: FoundProgram, entry: ProviderEntry): Promise<string | null> {
    if (entry.oldestVersion === null || entry.versionArgs === null) return null;
    const version = await this.#probes.version(program, entry);
    return tooOld(version, entry) ? version : null;
  }

  async #find(entry: ProviderEntry): Promise<FoundProgram | null> {
    const look = async (around: NodeJS.ProcessEnv): Promise<FoundProgram | null> => {
      const env = agentEnvironment(around, entry.env, '');
      const path = await findProgram(entry.command, env['PATH'] ?? '');
      return path === null ? null : { path, env, runtime: this.#options.runtime };
    };
    const known = await this.#shell.current();
    const found = await look(known);
    if (found !== null) return found;
    // It may have been installed, and PATH changed for it, since the shell was asked.
    const now = await this.#shell.refresh();
    return now === known ? null : look(now);
  }
}

const ADAPTER_FIX = 'A part of Paseo is missing. Install Paseo again, or run "npm run build" in its checkout.';

function incompleteSummary(id: string, config: ProviderConfig): ProviderSummary {
  const fix = incompleteFix(id, config).slice(0, 1024);
  const nothing = { version: null, path: null, command: null, listsSessions: false };
  return { id, label: config.label ?? id, ...nothing, state: 'broken', fix };
}

/** For an entry of config.json without a command of its own or of an entry that it extends. */
function incompleteFix(id: string, config: ProviderConfig): string {
  const extended = config.extends === undefined ? '' : ` and extends "${config.extends}", which has none either`;
  return `agents.providers.${id} in config.json has no command${extended}. Give it a command, or extend a known agent.`;
}

function disabledFix(entry: ProviderEntry): string {
  return `${entry.label} is switched off. Remove agents.providers.${entry.id}.enabled from config.json.`;
}

function tooOld(version: string | null, { oldestVersion }: ProviderEntry): boolean {
  return version !== null && oldestVersion !== null && isOlder(version, oldestVersion);
}

function tooOldFix({ label, oldestVersion, updateCommand }: ProviderEntry): string {
  const how = updateCommand === null ? 'Update it' : `Run "${updateCommand}" in a terminal`;
  return `Paseo needs ${label} ${oldestVersion} or newer. ${how}.`;
}
