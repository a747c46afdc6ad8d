import type { AllowedHosts, Config, ConfigFile } from '../../../src-shared/config/schema.ts';

/** What one source (defaults, file, environment, flags) says; what it leaves out, the one below decides. */
export interface ConfigLayer {
  readonly name?: string | undefined;
  readonly listen?: readonly string[] | undefined;
  readonly allowedHosts?: AllowedHosts | undefined;
  readonly allowedOrigins?: readonly string[] | undefined;
  readonly relayEnabled?: boolean | undefined;
  readonly relayEndpoint?: string | undefined;
  readonly relayPublicEndpoint?: string | undefined;
  readonly relayUseTls?: boolean | undefined;
  readonly relayEmbeddedPort?: number | undefined;
  readonly baseUrl?: string | undefined;
  readonly providers?: Config['providers'] | undefined;
  readonly keepAgentsRunning?: boolean | undefined;
  readonly maxRunningAgents?: number | undefined;
  readonly logLevel?: Config['logLevel'] | undefined;
}

/** A layer above the file, with the variable or flag that each value came from. */
export interface NamedLayer {
  readonly values: ConfigLayer;
  readonly names: Readonly<Partial<Record<keyof ConfigLayer, string>>>;
}

const DEFAULT_LISTEN = '127.0.0.1:6767';
/** One agent may take 650 MB. */
const DEFAULT_RUNNING_AGENTS = 12;

/** Layers from the weakest to the strongest. Of most settings the strongest decides; host names and origins add up. */
export function resolveConfig(layers: readonly ConfigLayer[], hostname: string): Config {
  const strongest = <K extends keyof ConfigLayer>(key: K): NonNullable<ConfigLayer[K]> | undefined =>
    layers.findLast((layer) => layer[key] !== undefined)?.[key] ?? undefined;
  const endpoint = strongest('relayEndpoint') ?? null;
  return {
    name: strongest('name') ?? nameFrom(hostname),
    listen: [...new Set(strongest('listen') ?? [DEFAULT_LISTEN])],
    allowedHosts: allHosts(layers.map((layer) => layer.allowedHosts)),
    allowedOrigins: [...new Set(layers.flatMap((layer) => layer.allowedOrigins ?? []))],
    relay: {
      enabled: strongest('relayEnabled') ?? true,
      endpoint,
      publicEndpoint: strongest('relayPublicEndpoint') ?? null,
      useTls: strongest('relayUseTls') ?? endpoint?.endsWith(':443') ?? false,
      embeddedPort: strongest('relayEmbeddedPort') ?? 6768,
    },
    baseUrl: strongest('baseUrl') ?? null,
    providers: strongest('providers') ?? {},
    keepAgentsRunning: strongest('keepAgentsRunning') ?? true,
    maxRunningAgents: strongest('maxRunningAgents') ?? DEFAULT_RUNNING_AGENTS,
    logLevel: strongest('logLevel') ?? 'info',
  };
}

export function fileLayer(file: ConfigFile): ConfigLayer {
  const { daemon, app, agents, log } = file;
  const listen = daemon?.listen;
  return {
    name: daemon?.name,
    listen: typeof listen === 'string' ? [listen] : listen,
    allowedHosts: allHosts([daemon?.allowedHosts, daemon?.hostnames]),
    allowedOrigins: [...(file.cors?.allowedOrigins ?? []), ...(daemon?.cors?.allowedOrigins ?? [])],
    relayEnabled: daemon?.relay?.enabled,
    relayEndpoint: daemon?.relay?.endpoint,
    relayPublicEndpoint: daemon?.relay?.publicEndpoint,
    relayUseTls: daemon?.relay?.useTls,
    relayEmbeddedPort: daemon?.relay?.embeddedPort,
    baseUrl: app?.baseUrl,
    providers: agents?.providers,
    keepAgentsRunning: agents?.keepRunning,
    maxRunningAgents: agents?.maxRunning,
    logLevel: log?.level,
  };
}

function allHosts(lists: readonly (AllowedHosts | null | undefined)[]): AllowedHosts {
  if (lists.includes(true)) return true;
  return [...new Set(lists.flatMap((list) => (Array.isArray(list) ? list : [])))];
}

/** The computer's name without its domain, as long as it can be shown. */
function nameFrom(hostname: string): string {
  const label = hostname.split('.')[0]?.trim() ?? '';
  return /^[A-Za-z0-9_-]{1,63}$/.test(label) ? label : 'Paseo';
}
