import { z } from 'zod';
import { DisplayName } from '../ids.ts';
import { HostPort } from '../routes.ts';

/** A name or suffix (`.example.com`) for the Host allow-list. */
export const AllowedHost = z
  .string()
  .max(254)
  .regex(
    /^\.?[A-Za-z0-9_]([A-Za-z0-9._-]*[A-Za-z0-9_])?$/,
    'a host name such as "paseo.example.com", or ".example.com" with its subdomains',
  );

/** As the settings window may set it; `true` allows every well-formed name. */
const AllowedHostsSetting = z.union([z.literal(true), z.array(AllowedHost).max(64)]);

/** As a file, the environment or a flag may say it: an entry that can match nothing warns and opens nothing. */
export const AllowedHosts = z.union([z.literal(true), z.array(z.string().max(254)).max(64)]);
export type AllowedHosts = z.infer<typeof AllowedHosts>;

/** An origin as browsers send it: scheme, host and port, nothing else. */
export const Origin = z
  .string()
  .max(300)
  .refine((value) => {
    const url = webAddress(value);
    return url !== null && url.origin === value;
  }, 'an origin such as "https://app.example.com", without a path');

const listenHostPort = /^(?:\[[0-9a-fA-F:.]{2,45}\]|[A-Za-z0-9._-]{1,253}):[0-9]{1,5}$/;

/** `host:port`, a bare port (loopback), or an absolute path of a Unix socket. */
export const ListenAddress = z
  .string()
  .max(300)
  .refine(
    (value) =>
      value.startsWith('/') ||
      ((/^[1-9][0-9]{0,4}$/.test(value) || listenHostPort.test(value)) &&
        Number(value.slice(value.lastIndexOf(':') + 1)) <= 65535),
    'an address such as "127.0.0.1:6767", "[::1]:6767" or an absolute path of a Unix socket',
  );

export const RelayEndpoint = z
  .string()
  .max(261)
  .transform((value) => value.toLowerCase())
  .pipe(HostPort);

export const BaseUrl = z
  .string()
  .max(500)
  .refine((value) => {
    const url = webAddress(value);
    return url !== null && url.hash === '' && url.search === '' && url.username === '' && url.password === '';
  }, 'a web address such as "https://paseo.example.com", without a query or fragment');

export const ProviderConfig = z.looseObject({
  label: z.string().min(1).max(128).optional(),
  command: z.string().min(1).max(4096).optional(),
  args: z.array(z.string().max(4096)).max(64).optional(),
  env: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string().max(32768)).optional(),
  extends: z.string().max(64).optional(),
  enabled: z.boolean().optional(),
});
export type ProviderConfig = z.infer<typeof ProviderConfig>;

export const LogLevel = z.enum(['trace', 'debug', 'info', 'warn', 'error']);

/** `config.json` as a person writes it; everything may be absent. Unknown keys warn and are kept. */
export const ConfigFile = z.looseObject({
  daemon: z
    .looseObject({
      name: DisplayName.optional(),
      listen: z.union([ListenAddress, z.array(ListenAddress).min(1).max(8)]).optional(),
      allowedHosts: AllowedHosts.nullable().optional(),
      /** Older name of `allowedHosts`. */
      hostnames: AllowedHosts.nullable().optional(),
      cors: z.looseObject({ allowedOrigins: z.array(Origin).max(64).optional() }).optional(),
      relay: z
        .looseObject({
          enabled: z.boolean().optional(),
          endpoint: RelayEndpoint.optional(),
          publicEndpoint: RelayEndpoint.optional(),
          useTls: z.boolean().optional(),
          /** Port of the embedded relay on loopback, while no endpoint is set. */
          embeddedPort: z.int().min(0).max(65535).optional(),
        })
        .optional(),
    })
    .optional(),
  cors: z.looseObject({ allowedOrigins: z.array(Origin).max(64).optional() }).optional(),
  app: z.looseObject({ baseUrl: BaseUrl.optional() }).optional(),
  agents: z
    .looseObject({
      /** Working agents go on when the daemon stops. */
      keepRunning: z.boolean().optional(),
      /** Agent programs at once. */
      maxRunning: z.int().min(1).max(256).optional(),
      providers: z.record(z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/), ProviderConfig).optional(),
    })
    .optional(),
  log: z.looseObject({ level: LogLevel.optional() }).optional(),
});
export type ConfigFile = z.infer<typeof ConfigFile>;

/** The configuration in force: defaults < file < environment < flags, lists appended. */
export interface Config {
  readonly name: string;
  readonly listen: readonly string[];
  readonly allowedHosts: AllowedHosts;
  readonly allowedOrigins: readonly string[];
  readonly relay: {
    readonly enabled: boolean;
    /** null: the embedded relay on loopback. */
    readonly endpoint: string | null;
    readonly publicEndpoint: string | null;
    readonly useTls: boolean;
    readonly embeddedPort: number;
  };
  readonly baseUrl: string | null;
  readonly providers: Readonly<Record<string, ProviderConfig>>;
  readonly keepAgentsRunning: boolean;
  readonly maxRunningAgents: number;
  readonly logLevel: z.infer<typeof LogLevel>;
}

/** Settings that the settings window edits, each a path in `config.json`. null removes the key (back to the default). */
export const SettingsPatch = z.strictObject({
  listen: z.array(ListenAddress).min(1).max(8).nullable().optional(),
  allowedHosts: AllowedHostsSetting.nullable().optional(),
  allowedOrigins: z.array(Origin).max(64).nullable().optional(),
  relayEnabled: z.boolean().nullable().optional(),
  relayEndpoint: RelayEndpoint.nullable().optional(),
  relayUseTls: z.boolean().nullable().optional(),
  baseUrl: BaseUrl.nullable().optional(),
  name: DisplayName.nullable().optional(),
  keepAgentsRunning: z.boolean().nullable().optional(),
});
export type SettingsPatch = z.infer<typeof SettingsPatch>;

/** What the settings window shows: each value in force, and whether the environment or a flag holds it fixed. */
export const SettingsView = z.strictObject({
  listen: z.array(z.string()),
  allowedHosts: AllowedHosts,
  allowedOrigins: z.array(z.string()),
  relayEnabled: z.boolean(),
  relayEndpoint: z.string().nullable(),
  relayUseTls: z.boolean(),
  baseUrl: z.string().nullable(),
  name: z.string(),
  keepAgentsRunning: z.boolean(),
  /** Setting names that the environment or a flag decides, with the variable or flag. */
  fixed: z.record(z.string(), z.string()),
  path: z.string(),
});
export type SettingsView = z.infer<typeof SettingsView>;

function webAddress(value: string): URL | null {
  try {
    const url = new URL(value);
    return url.protocol === 'http:' || url.protocol === 'https:' ? url : null;
  } catch {
    return null;
  }
}
