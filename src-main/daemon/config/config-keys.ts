/** What a key of `config.json` may hold, in words for whoever wrote something else there. */
interface KeyDescription {
  readonly name: string;
  readonly expects: string;
  /** What holds without it. */
  readonly standard: string;
  /** Never repeat what was found there. */
  readonly secret: boolean;
}

/** The description of the key at `path` of a problem, or of the nearest known one around it. */
export function describedKey(path: readonly PropertyKey[]): KeyDescription {
  for (let length = path.length; length > 0; length--) {
    const name = path.slice(0, length).map(String).join('.');
    const words = KEYS[name];
    if (words)
      return { name: path.map(String).join('.'), expects: words[0], standard: words[1], secret: words[2] ?? false };
  }
  return { name: path.map(String).join('.'), expects: 'an object in braces', standard: 'every default', secret: false };
}

const SECTION = 'an object in braces';
const HOSTS = 'true, or a list of host names such as "paseo.example.com" or ".example.com"';
const ORIGINS = 'a list of origins such as "https://app.example.com", without a path';

/** Without a prototype, since names come from a file. */
const KEYS: Readonly<Record<string, readonly [expects: string, standard: string, secret?: boolean]>> = Object.assign(
  Object.create(null) as Record<string, [string, string, boolean?]>,
  {
    daemon: [SECTION, 'every default'],
    'daemon.name': ['a name of 1 to 64 characters', 'the name of this computer'],
    'daemon.listen': [
      'an address such as "127.0.0.1:6767" or an absolute path of a Unix socket, or a list of 1 to 8 of them',
      '"127.0.0.1:6767"',
    ],
    'daemon.allowedHosts': [HOSTS, '[] (localhost, *.localhost and IP addresses)'],
    'daemon.hostnames': [HOSTS, '[] (localhost, *.localhost and IP addresses)'],
    'daemon.cors': [SECTION, 'every default'],
    'daemon.cors.allowedOrigins': [ORIGINS, '[]'],
    'daemon.relay': [SECTION, 'every default'],
    'daemon.relay.enabled': ['true or false', 'true'],
    'daemon.relay.endpoint': ['a relay such as "relay.example.com:443"', 'the embedded relay on this machine'],
    'daemon.relay.publicEndpoint': ['a relay such as "relay.example.com:443"', 'the same as daemon.relay.endpoint'],
    'daemon.relay.useTls': ['true or false', 'true for port 443, otherwise false'],
    'daemon.relay.embeddedPort': ['a port number', '6768'],
    cors: [SECTION, 'every default'],
    'cors.allowedOrigins': [ORIGINS, '[]'],
    app: [SECTION, 'every default'],
    'app.baseUrl': [
      'a web address such as "https://paseo.example.com", without a query or fragment',
      "the daemon's own web client",
    ],
    agents: [SECTION, 'every default'],
    'agents.keepRunning': ['true or false', 'true'],
    'agents.maxRunning': ['a number from 1 to 256', '12'],
    'agents.providers': [
      'an object of providers by id (lower case), each with label, command, args, env, extends, enabled',
      'the agents that are found on this machine',
      true,
    ],
    log: [SECTION, 'every default'],
    'log.level': ['"trace", "debug", "info", "warn" or "error"', '"info"'],
  } satisfies Record<string, [string, string, boolean?]>,
);
