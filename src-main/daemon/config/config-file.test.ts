import { describe, expect, test } from 'vitest';
import { parseConfigFile } from './config-file.ts';

const PATH = '/home/ada/.paseo/config.json';

describe('parseConfigFile', () => {
  test.each([
    [
      '{\n  "daemon": {\n    "listen": "nowhere"\n  }\n}',
      `${PATH}, line 3: daemon.listen must be an address such as "127.0.0.1:6767" or an absolute path of a Unix socket, or a list of 1 to 8 of them, not "nowhere". Correct it, or leave it out for the default: "127.0.0.1:6767". The file was left as it is.`,
    ],
    ['{"daemon": {\n"listen": ["127.0.0.1:1",\n"127.0.0.1:99999"]}}', 'line 3: daemon.listen.1 must be an address'],
    ['{"daemon": {"relay": {\n"enabled": "yes"}}}', 'line 2: daemon.relay.enabled must be true or false, not "yes"'],
    ['{"daemon": {"relay": {"endpoint": "https://relay"}}}', 'must be a relay such as "relay.example.com:443"'],
    ['{"daemon": {"allowedHosts": "example.com"}}', 'must be true, or a list of host names'],
    ['{"daemon": {"cors": {"allowedOrigins": ["*"]}}}', 'daemon.cors.allowedOrigins.0 must be a list of origins'],
    ['{"cors": {"allowedOrigins": ["https://a.example/path"]}}', 'without a path'],
    ['{"app": {"baseUrl": "ftp://x"}}', 'app.baseUrl must be a web address'],
    ['{"log": {"level": "loud"}}', 'log.level must be "trace"'],
    ['{"daemon": []}', 'daemon must be an object in braces, not []'],
    ['[]', 'line 1: the file must be an object in braces, not []'],
    ['{"daemon": {},}', 'line 1: a name in double quotes'],
  ])('refuses %j', (text, message) => {
    expect(() => parseConfigFile(PATH, text)).toThrow(
      expect.objectContaining({ code: 'invalid_file', message: expect.stringContaining(message) }),
    );
  });

  test('does not repeat what stands among the providers, which may be a key', () => {
    const text = '{"agents": {"providers": {"claude": {"env": {"API_KEY": ["canary"]}}}}}';
    const refused = () => parseConfigFile(PATH, text);
    expect(refused).toThrow('agents.providers.claude.env.API_KEY');
    expect(refused).not.toThrow('canary');
  });

  test('takes unknown keys, and warns with their path and line', () => {
    const text = `{
      "version": 1,
      "daemon": { "mcp": { "enabled": true }, "relay": { "speed": 1 } },
      "agents": { "providers": { "claude": { "colour": "red", "env": { "ANY": "x" } } } },
      "__proto__": {}
    }`;
    const { warnings } = parseConfigFile(PATH, text);
    expect(warnings.map((warning) => /line (\d+): "([^"]+)"/.exec(warning)!.slice(1).join(' '))).toEqual([
      '2 version',
      '3 daemon.mcp',
      '3 daemon.relay.speed',
      '4 agents.providers.claude.colour',
      '5 __proto__',
    ]);
  });

  test('takes an entry of allowedHosts that can match nothing, since it opens nothing', () => {
    expect(parseConfigFile(PATH, '{"daemon": {"allowedHosts": ["*", "."]}}').config.daemon?.allowedHosts).toHaveLength(
      2,
    );
    expect(parseConfigFile(PATH, '{"daemon": {"allowedHosts": null}}').config.daemon?.allowedHosts).toBeNull();
  });
});
