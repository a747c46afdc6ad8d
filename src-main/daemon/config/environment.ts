import { z } from 'zod';
import { BaseUrl, ListenAddress, LogLevel, Origin, RelayEndpoint } from '../../../src-shared/config/schema.ts';
import type { AllowedHosts } from '../../../src-shared/config/schema.ts';
import { ConfigError } from './config-error.ts';
import type { ConfigLayer, NamedLayer } from './config-layer.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The settings in the environment. An empty variable counts as unset; lists are separated by commas. Throws {@link ConfigError}
 * `invalid_value`, which names the variable.
 */
export function environmentLayer(env: Environment): NamedLayer {
  const values: { -readonly [K in keyof ConfigLayer]: ConfigLayer[K] } = {};
  const names: Partial<Record<keyof ConfigLayer, string>> = {};
  for (const { variable, setting, parse, expects } of VARIABLES) {
    const text = env[variable]?.trim();
    if (text === undefined || text === '') continue;
    const value = parse(text);
    if (value === undefined) {
      throw new ConfigError('invalid_value', variable, `${variable} must be ${expects}. Correct it, or unset it.`);
    }
    if (setting === 'allowedHosts') values.allowedHosts = joined(values.allowedHosts, value as AllowedHosts);
    else Object.assign(values, { [setting]: value });
    names[setting] = variable;
  }
  return { values, names };
}

interface Variable {
  readonly variable: string;
  readonly setting: keyof ConfigLayer;
  /** undefined when the text cannot be a value. */
  readonly parse: (text: string) => unknown;
  readonly expects: string;
}

const HOSTS = 'true, or host names such as "paseo.example.com,.example.org"';
const ENDPOINT = 'a relay such as "relay.example.com:443"';
const SWITCH = 'true or false';

const VARIABLES: readonly Variable[] = [
  {
    variable: 'PASEO_LISTEN',
    setting: 'listen',
    parse: listOf(z.array(ListenAddress).min(1).max(8)),
    expects: 'an address such as "127.0.0.1:6767", an absolute path of a Unix socket, or several with commas between',
  },
  { variable: 'PASEO_HOSTNAMES', setting: 'allowedHosts', parse: hosts, expects: HOSTS },
  { variable: 'PASEO_ALLOWED_HOSTS', setting: 'allowedHosts', parse: hosts, expects: HOSTS },
  {
    variable: 'PASEO_CORS_ORIGINS',
    setting: 'allowedOrigins',
    parse: listOf(z.array(Origin).max(64)),
    expects: 'origins such as "https://app.example.com", without a path, with commas between',
  },
  { variable: 'PASEO_RELAY_ENABLED', setting: 'relayEnabled', parse: onOff, expects: SWITCH },
  { variable: 'PASEO_RELAY_ENDPOINT', setting: 'relayEndpoint', parse: one(RelayEndpoint), expects: ENDPOINT },
  {
    variable: 'PASEO_RELAY_PUBLIC_ENDPOINT',
    setting: 'relayPublicEndpoint',
    parse: one(RelayEndpoint),
    expects: ENDPOINT,
  },
  { variable: 'PASEO_RELAY_USE_TLS', setting: 'relayUseTls', parse: onOff, expects: SWITCH },
  {
    variable: 'PASEO_BASE_URL',
    setting: 'baseUrl',
    parse: one(BaseUrl),
    expects: 'a web address such as "https://paseo.example.com"',
  },
  { variable: 'PASEO_KEEP_AGENTS_RUNNING', setting: 'keepAgentsRunning', parse: onOff, expects: SWITCH },
  {
    variable: 'PASEO_LOG_LEVEL',
    setting: 'logLevel',
    parse: one(LogLevel),
    expects: 'trace, debug, info, warn or error',
  },
];

function one(schema: z.ZodType): (text: string) => unknown {
  return (text) => schema.safeParse(text).data;
}

function listOf(schema: z.ZodType<string[]>): (text: string) => unknown {
  return (text) => schema.safeParse(parts(text)).data;
}

function hosts(text: string): AllowedHosts {
  return text.toLowerCase() === 'true' ? true : parts(text);
}

function onOff(text: string): boolean | undefined {
  if (/^(true|1|yes|on)$/i.test(text)) return true;
  return /^(false|0|no|off)$/i.test(text) ? false : undefined;
}

function parts(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function joined(a: AllowedHosts | undefined, b: AllowedHosts): AllowedHosts {
  if (a === true || b === true) return true;
  return [...(a ?? []), ...b];
}
