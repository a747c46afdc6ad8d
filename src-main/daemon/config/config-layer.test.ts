import { describe, expect, test } from 'vitest';
import { ConfigFile } from '../../../src-shared/config/schema.ts';
import { fileLayer, resolveConfig } from './config-layer.ts';
import { environmentLayer } from './environment.ts';
import { flagLayer } from './flags.ts';

const resolve = (file: unknown, env: Record<string, string> = {}, flags = {}, hostname = 'desk') =>
  resolveConfig([fileLayer(ConfigFile.parse(file)), environmentLayer(env).values, flagLayer(flags).values], hostname);

describe('the configuration in force', () => {
  test('has defaults', () => {
    expect(resolve({})).toEqual({
      name: 'desk',
      listen: ['127.0.0.1:6767'],
      allowedHosts: [],
      allowedOrigins: [],
      relay: { enabled: true, endpoint: null, publicEndpoint: null, useTls: false, embeddedPort: 6768 },
      baseUrl: null,
      providers: {},
      keepAgentsRunning: true,
      maxRunningAgents: 12,
      logLevel: 'info',
    });
  });

  test('flags beat the environment, which beats the file', () => {
    const file = { daemon: { listen: '127.0.0.1:1', relay: { enabled: true, endpoint: 'file.example:1' } } };
    expect(resolve(file).listen).toEqual(['127.0.0.1:1']);
    const env = {
      PASEO_LISTEN: '127.0.0.1:2, [::1]:2',
      PASEO_RELAY_ENABLED: '0',
      PASEO_RELAY_ENDPOINT: 'Env.Example:2',
    };
    expect(resolve(file, env)).toMatchObject({
      listen: ['127.0.0.1:2', '[::1]:2'],
      relay: { enabled: false, endpoint: 'env.example:2' },
    });
    expect(resolve(file, env, { listen: ['/run/paseo.sock'], relayEnabled: true })).toMatchObject({
      listen: ['/run/paseo.sock'],
      relay: { enabled: true },
    });
  });

  test('host names and origins add up over all sources and names', () => {
    const config = resolve(
      {
        daemon: {
          allowedHosts: ['a.example'],
          hostnames: ['b.example'],
          cors: { allowedOrigins: ['https://a.example'] },
        },
        cors: { allowedOrigins: ['https://b.example'] },
      },
      {
        PASEO_ALLOWED_HOSTS: '.c.example, a.example',
        PASEO_HOSTNAMES: 'd.example',
        PASEO_CORS_ORIGINS: 'https://c.example,http://localhost:3000',
      },
    );
    expect(config.allowedHosts).toEqual(['a.example', 'b.example', 'd.example', '.c.example']);
    expect(config.allowedOrigins.toSorted()).toEqual([
      'http://localhost:3000',
      'https://a.example',
      'https://b.example',
      'https://c.example',
    ]);
  });

  test('allowedHosts of true, from anywhere, is true', () => {
    expect(resolve({ daemon: { allowedHosts: true } }, { PASEO_ALLOWED_HOSTS: 'a.example' }).allowedHosts).toBe(true);
    expect(resolve({ daemon: { allowedHosts: ['x.example'] } }, { PASEO_HOSTNAMES: 'true' }).allowedHosts).toBe(true);
    expect(resolve({ daemon: { allowedHosts: null } }).allowedHosts).toEqual([]);
  });

  test('a relay on port 443 is spoken to with TLS unless told otherwise', () => {
    const relay = (relay: object, env = {}) => resolve({ daemon: { relay } }, env).relay.useTls;
    expect(relay({ endpoint: 'relay.example:443' })).toBe(true);
    expect(relay({ endpoint: 'relay.example:8080' })).toBe(false);
    expect(relay({ endpoint: 'relay.example:8080', useTls: true })).toBe(true);
    expect(relay({ endpoint: 'relay.example:443' }, { PASEO_RELAY_USE_TLS: 'false' })).toBe(false);
  });

  test('a computer whose name cannot be shown is called Paseo', () => {
    expect(resolve({}, {}, {}, 'desk.home.arpa').name).toBe('desk');
    expect(resolve({}, {}, {}, 'd\u202eesk').name).toBe('Paseo');
    expect(resolve({}, {}, {}, '').name).toBe('Paseo');
  });
});

describe('the environment', () => {
  test.each([
    ['PASEO_LISTEN', 'nowhere'],
    ['PASEO_LISTEN', ','],
    ['PASEO_CORS_ORIGINS', '*'],
    ['PASEO_RELAY_ENABLED', 'maybe'],
    ['PASEO_RELAY_ENDPOINT', 'relay.example'],
    ['PASEO_RELAY_PUBLIC_ENDPOINT', 'wss://relay.example'],
    ['PASEO_RELAY_USE_TLS', '2'],
    ['PASEO_BASE_URL', 'https://a.example/#x'],
    ['PASEO_LOG_LEVEL', 'loud'],
  ])('%s=%s is refused by name', (variable, value) => {
    expect(() => environmentLayer({ [variable]: value })).toThrow(
      expect.objectContaining({ code: 'invalid_value', field: variable, message: expect.stringContaining(variable) }),
    );
  });

  test('an empty variable is unset', () => {
    expect(environmentLayer({ PASEO_LISTEN: '', PASEO_ALLOWED_HOSTS: ' ' })).toEqual({ values: {}, names: {} });
  });
});

test.each([['nowhere'], ['127.0.0.1:70000'], ['']])('--listen %s is refused by name', (address) => {
  expect(() => flagLayer({ listen: [address] })).toThrow(
    expect.objectContaining({ code: 'invalid_value', field: '--listen' }),
  );
});
