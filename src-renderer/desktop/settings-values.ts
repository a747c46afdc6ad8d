import type { z } from 'zod';
import {
  AllowedHost,
  BaseUrl,
  ListenAddress,
  Origin,
  RelayEndpoint,
  SettingsPatch,
} from '../../src-shared/config/schema.ts';
import type { SettingsView } from '../../src-shared/config/schema.ts';

/** What a typed text means: a change to make, or what is wrong with it. */
export type Typed =
  { readonly ok: true; readonly patch: SettingsPatch } | { readonly ok: false; readonly message: string };

/** One-line settings. An empty text goes back to the default. */
export const TEXT_SETTINGS = {
  name: (text: string) => optional('name', SettingsPatch.shape.name, text, 'Use 1 to 64 characters.'),
  relayEndpoint: (text: string) =>
    optional('relayEndpoint', RelayEndpoint, text, 'Use host:port, such as "relay.example.com:443".'),
  baseUrl: (text: string) =>
    optional(
      'baseUrl',
      BaseUrl,
      text,
      'Use a web address such as "https://paseo.example.com", without a query or fragment.',
    ),
};

/** The main listen address, and what is listened on beside it. */
export function typedListen(main: string, also: readonly string[]): Typed {
  const addresses = [main.trim(), ...also];
  const wrong = addresses.find((address) => !isListenAddress(address));
  return wrong === undefined
    ? { ok: true, patch: { listen: addresses } }
    : {
        ok: false,
        message: `“${wrong}” is not an address. Use host:port, such as "127.0.0.1:6767", or a path of a Unix socket.`,
      };
}

export function typedHosts(text: string): Typed {
  const hosts = lines(text);
  const wrong = hosts.find((host) => !AllowedHost.safeParse(host).success);
  return wrong === undefined
    ? { ok: true, patch: { allowedHosts: hosts.length === 0 ? null : hosts } }
    : {
        ok: false,
        message: `“${wrong}” is not a host name. Use "paseo.example.com", or ".example.com" for its subdomains too; no port.`,
      };
}

export function typedOrigins(text: string): Typed {
  const origins = lines(text);
  const wrong = origins.find((origin) => !Origin.safeParse(origin).success);
  return wrong === undefined
    ? { ok: true, patch: { allowedOrigins: origins.length === 0 ? null : origins } }
    : {
        ok: false,
        message: `“${wrong}” is not an origin. Use "https://app.example.com", without a path or a slash at the end.`,
      };
}

export function hostsText(hosts: SettingsView['allowedHosts']): string {
  return hosts === true ? '' : hosts.join('\n');
}

/** Entries of a list field: one a line, commas work too. */
export function lines(text: string): string[] {
  return text
    .split(/[\n,]/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

function isListenAddress(address: string): boolean {
  const port = /:?(\d+)$/.exec(address)?.[1];
  if (!address.startsWith('/') && port !== undefined && Number(port) > 65535) return false;
  return address !== '' && ListenAddress.safeParse(address).success;
}

function optional(key: 'name' | 'relayEndpoint' | 'baseUrl', schema: z.ZodType, text: string, message: string): Typed {
  const value = text.trim();
  if (value === '') return { ok: true, patch: { [key]: null } };
  if (!schema.safeParse(value).success) return { ok: false, message };
  return { ok: true, patch: { [key]: value } };
}
