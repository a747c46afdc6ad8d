import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import { promisify } from 'node:util';
import type { ProviderConfig } from '../../../src-shared/config/schema.ts';
import { PROVIDER_VERSION_TIMEOUT_MS } from '../limits.ts';
import type { ProviderSummary } from '../../../src-shared/wire/agent.ts';
import { agentEnvironment } from './agent-environment.ts';
import { AgentError } from './agent-error.ts';
import { providerTable } from './provider-table.ts';
import type { ProviderEntry } from './provider-table.ts';

export interface Launch {
  readonly entry: ProviderEntry;
  /** Absolute path. */
  readonly command: string;
  readonly env: Record<string, string>;
}

/** Which agents this machine has, and how each is started. Looks anew at every call, so that an installation shows at once. */
export class ProviderDirectory {
  readonly #configured: () => Readonly<Record<string, ProviderConfig>>;
  readonly #environment: NodeJS.ProcessEnv;
  /** Versions by path, size and time of change, for asking takes a second. */
  readonly #versions = new Map<string, Promise<string | null>>();

  constructor(configured: () => Readonly<Record<string, ProviderConfig>>, environment: NodeJS.ProcessEnv) {
    this.#configured = configured;
    this.#environment = environment;
  }

  async list(): Promise<ProviderSummary[]> {
    const configured = this.#configured();
    const table = providerTable(configured);
    const whole = await Promise.all([...table.values()].map((entry) => this.#summary(entry)));
    const incomplete = Object.entries(configured).filter(([id]) => !table.has(id));
    return [...whole, ...incomplete.map(([id, config]) => incompleteSummary(id, config))];
  }

  /** How to start an agent now. Throws {@link AgentError} `provider_unavailable` with the fix. */
  async launch(provider: string, agentId: string): Promise<Launch> {
    const configured = this.#configured();
    const entry = providerTable(configured).get(provider);
    const incomplete = Object.hasOwn(configured, provider) ? configured[provider] : undefined;
    if (entry === undefined && incomplete !== undefined)
      throw new AgentError('provider_unavailable', incompleteFix(provider, incomplete));
    if (entry === undefined) {
      throw new AgentError(
        'provider_unavailable',
        `There is no agent "${provider}". Add it to agents.providers in config.json.`,
      );
    }
    if (!entry.enabled) throw new AgentError('provider_unavailable', disabledFix(entry));
    const command = await this.#find(entry);
    if (command === null) {
      throw new AgentError('provider_unavailable', `${entry.label} is not installed. ${entry.installFix}`);
    }
    const env = agentEnvironment(this.#environment, { ...entry.env, ...entry.freshEnv() }, agentId);
    return { entry, command, env };
  }

  async #summary(entry: ProviderEntry): Promise<ProviderSummary> {
    const summary = { id: entry.id, label: entry.label, version: null, path: null };
    if (!entry.enabled) return { ...summary, state: 'disabled', fix: disabledFix(entry) };
    const path = await this.#find(entry);
    if (path === null) return { ...summary, state: 'not-installed', fix: entry.installFix.slice(0, 1024) };
    if (entry.versionArgs === null) return { ...summary, path, state: 'ready', fix: null };
    const version = await this.#version(path, entry);
    if (version !== null) return { ...summary, path, version, state: 'ready', fix: null };
    const asked = `${path} ${entry.versionArgs.join(' ')}`;
    return {
      ...summary,
      path,
      state: 'broken',
      fix: `"${asked}" failed. Run it in a terminal to see why.`.slice(0, 1024),
    };
  }

  async #find({ command, env }: ProviderEntry): Promise<string | null> {
    if (isAbsolute(command)) return (await isProgram(command)) ? command : null;
    // A relative path would depend on the folder the daemon was started in.
    if (/[/\\]/.test(command)) return null;
    const path = env['PATH'] ?? this.#environment['PATH'] ?? '';
    for (const folder of path.split(delimiter)) {
      if (isAbsolute(folder) && (await isProgram(join(folder, command)))) return join(folder, command);
    }
    return null;
  }

  async #version(path: string, entry: ProviderEntry): Promise<string | null> {
    const { size, mtimeMs } = await stat(path);
    const key = JSON.stringify([path, size, mtimeMs, entry.versionArgs]);
    const known = this.#versions.get(key);
    if (known !== undefined) return known;
    const asked = askVersion(path, entry, agentEnvironment(this.#environment, entry.env, ''));
    this.#versions.set(key, asked);
    // A failure may be a passing one: ask again next time.
    if ((await asked) === null) this.#versions.delete(key);
    return asked;
  }
}

function incompleteSummary(id: string, config: ProviderConfig): ProviderSummary {
  const fix = incompleteFix(id, config).slice(0, 1024);
  return { id, label: config.label ?? id, version: null, path: null, state: 'broken', fix };
}

/** For an entry of config.json without a command of its own or of an entry that it extends. */
function incompleteFix(id: string, config: ProviderConfig): string {
  const extended = config.extends === undefined ? '' : ` and extends "${config.extends}", which has none either`;
  return `agents.providers.${id} in config.json has no command${extended}. Give it a command, or extend a known agent.`;
}

async function askVersion(path: string, entry: ProviderEntry, env: Record<string, string>): Promise<string | null> {
  try {
    const { stdout } = await promisify(execFile)(path, [...(entry.versionArgs ?? [])], {
      env,
      timeout: PROVIDER_VERSION_TIMEOUT_MS,
      killSignal: 'SIGKILL',
      maxBuffer: 64 * 1024,
    });
    return /\d+(\.\d+)+[^\s]*/.exec(stdout)?.[0].slice(0, 64) ?? null;
  } catch {
    return null;
  }
}

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

function disabledFix(entry: ProviderEntry): string {
  return `${entry.label} is switched off. Remove agents.providers.${entry.id}.enabled from config.json.`;
}
