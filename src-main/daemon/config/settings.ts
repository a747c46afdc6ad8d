import { SettingsPatch } from '../../../src-shared/config/schema.ts';
import type { Config, SettingsView } from '../../../src-shared/config/schema.ts';
import { ConfigError } from './config-error.ts';
import type { ConfigLayer, NamedLayer } from './config-layer.ts';

/** What the settings window shows of the configuration in force. */
export function settingsView(config: Config, path: string, upper: readonly NamedLayer[]): SettingsView {
  const fixed: Record<string, string> = {};
  for (const setting of Object.keys(PATHS) as (keyof SettingsPatch)[]) {
    const by = fixedBy(setting, upper);
    if (by !== null) fixed[setting] = by;
  }
  return {
    listen: [...config.listen],
    allowedHosts: config.allowedHosts === true ? true : [...config.allowedHosts],
    allowedOrigins: [...config.allowedOrigins],
    relayEnabled: config.relay.enabled,
    relayEndpoint: config.relay.endpoint,
    relayUseTls: config.relay.useTls,
    baseUrl: config.baseUrl,
    name: config.name,
    keepAgentsRunning: config.keepAgentsRunning,
    fixed,
    path,
  };
}

/** A copy of the file's content with the patch applied and everything else kept. Throws {@link ConfigError}. */
export function patchedFile(
  raw: Readonly<Record<string, unknown>>,
  patch: SettingsPatch,
  upper: readonly NamedLayer[],
): Record<string, unknown> {
  const parsed = SettingsPatch.safeParse(patch);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const field = String(issue?.path[0] ?? '');
    throw new ConfigError('invalid_value', field, `This cannot be: expected ${issue?.message ?? 'something else'}.`);
  }
  const file = structuredClone(raw) as Record<string, unknown>;
  for (const [name, value] of Object.entries(parsed.data)) {
    if (value === undefined) continue;
    const setting = name as keyof SettingsPatch;
    const by = fixedBy(setting, upper);
    if (by !== null) {
      throw new ConfigError('fixed', setting, `${by} decides this. Unset it and start Paseo again to change it here.`);
    }
    const [path, ...older] = PATHS[setting];
    for (const alias of older) setAt(file, alias, null);
    setAt(file, path, withoutUpper(setting, value, upper));
  }
  return file;
}

/** Where each setting stands in `config.json`; then older places, which a change empties. */
const PATHS: Readonly<Record<keyof SettingsPatch, readonly [readonly string[], ...(readonly string[])[]]>> = {
  listen: [['daemon', 'listen']],
  allowedHosts: [
    ['daemon', 'allowedHosts'],
    ['daemon', 'hostnames'],
  ],
  allowedOrigins: [
    ['daemon', 'cors', 'allowedOrigins'],
    ['cors', 'allowedOrigins'],
  ],
  relayEnabled: [['daemon', 'relay', 'enabled']],
  relayEndpoint: [['daemon', 'relay', 'endpoint']],
  relayUseTls: [['daemon', 'relay', 'useTls']],
  baseUrl: [['app', 'baseUrl']],
  name: [['daemon', 'name']],
  keepAgentsRunning: [['agents', 'keepRunning']],
};

/** The variable or flag that makes a change here useless. Lists add up, so only an `allowedHosts` of true does. */
function fixedBy(setting: keyof SettingsPatch, upper: readonly NamedLayer[]): string | null {
  for (const { values, names } of upper) {
    if (values[setting] === undefined || setting === 'allowedOrigins') continue;
    if (setting === 'allowedHosts' && values.allowedHosts !== true) continue;
    return names[setting] ?? setting;
  }
  return null;
}

/** The window shows lists with what the environment adds; writing that into the file would keep it there for good. */
function withoutUpper(setting: keyof ConfigLayer, value: unknown, upper: readonly NamedLayer[]): unknown {
  if (!Array.isArray(value) || setting === 'listen') return value;
  const added = new Set(upper.flatMap(({ values }) => values[setting] as string[]));
  return value.filter((entry) => !added.has(entry as string));
}

/** Sets, or with null removes, a value; sections on the way are made when needed, and sections left empty are removed. */
function setAt(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [name, ...rest] = path;
  if (name === undefined) return;
  if (rest.length === 0) {
    if (value === null) delete target[name];
    else target[name] = value;
    return;
  }
  if (target[name] === undefined && value === null) return;
  const section = (target[name] ??= {}) as Record<string, unknown>;
  setAt(section, rest, value);
  if (value === null && Object.keys(section).length === 0) delete target[name];
}
