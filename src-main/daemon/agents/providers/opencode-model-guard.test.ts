import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hasOwnModel, refuseHostedModel, refuseUnnamedModel, withoutHostedModels } from './opencode-model-guard.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'paseo-guard-'));
  await mkdir(join(root, '.config/opencode'), { recursive: true });
  await mkdir(join(root, '.local/share/opencode'), { recursive: true });
});
afterEach(() => rm(root, { recursive: true, force: true }));

const config = (text: string) => writeFile(join(root, '.config/opencode/opencode.jsonc'), text);
const login = (text: string) => writeFile(join(root, '.local/share/opencode/auth.json'), text);
const refused = (model: string | null, env: Record<string, string> = {}) =>
  refuseHostedModel({ model, env: { HOME: root, ...env } });

describe('a hosted model that nobody chose', () => {
  test('is refused, with the fix', async () => {
    expect(await refused('opencode/big-pickle')).toContain('opencode auth login');
    expect(await refused('anthropic/claude')).toBeNull();
    expect(await refused(null)).toBeNull();
    await login('{"anthropic":{"type":"api"}}');
    expect(await refused('opencode/big-pickle')).not.toBeNull();
  });

  test('is used when the person logged in there or named it', async () => {
    expect(await refused('opencode/big', { OPENCODE_API_KEY: 'k' })).toBeNull();
    await config('{\n  // "model": "opencode/big"\n}');
    expect(await refused('opencode/big')).not.toBeNull();
    await config('{ "model": "opencode/big" } // mine');
    expect(await refused('opencode/big')).toBeNull();
    await config('{"$schema":"https://opencode.ai/config.json","model":"opencode/big"}');
    expect(await refused('opencode/big')).toBeNull();
    for (const comment of ['// "model": "opencode/big"', '/* "model": "opencode/big" */']) {
      await config(`{"$schema":"https://opencode.ai/config.json" ${comment}\n}`);
      expect(await refused('opencode/big')).not.toBeNull();
    }
    await config('');
    await login('{"opencode":{"type":"api"}}');
    expect(await refused('opencode/big')).toBeNull();
  });
});

test('a session that names no model is refused, unless the configuration names one', async () => {
  const unnamed = (model: string | null) => refuseUnnamedModel({ model, env: { HOME: root } });
  for (const none of [null, 'unknown/unknown']) expect(await unnamed(none)).toMatch(/opencode auth login.*set "model"/);
  expect(await unnamed('anthropic/claude')).toBeNull();
  await config('{ "model": "anthropic/claude" }');
  expect(await unnamed(null)).toBeNull();
});

describe('hosted models are taken away from OpenCode', () => {
  const given = async (env: Record<string, string> = {}): Promise<unknown> => {
    const { OPENCODE_CONFIG_CONTENT: content } = await withoutHostedModels({ HOME: root, ...env });
    return content === undefined ? null : JSON.parse(content);
  };
  const none = { provider: { opencode: { whitelist: [] } } };

  test('unless the person chose one, also only for titles', async () => {
    expect(await given()).toEqual(none);
    await config('{ "model": "scripted/one" } // "small_model": "opencode/x"');
    expect(await given()).toEqual(none);
    await config('{ "model": "scripted/one", "small_model": "opencode/x" }');
    expect(await given()).toBeNull();
    await config('');
    expect(await given({ OPENCODE_API_KEY: 'k' })).toBeNull();
    expect(await given({ OPENCODE_CONFIG_CONTENT: '{"agent":{"build":{"model":"opencode/x"}}}' })).toBeNull();
    await login('{"opencode":{"type":"api"}}');
    expect(await given()).toBeNull();
  });

  test('beside what the person configured in the same way', async () => {
    const content = `{
      // mine, "not //": this
      "model": "local/a//b", /* "x": */
      "disabled_providers": ["openai",],
      "provider": { "local": { "name": ",}" }, "opencode": { "name": "Zen", "whitelist": ["a"], }, },
    }`;
    expect(await given({ OPENCODE_CONFIG_CONTENT: content })).toEqual({
      model: 'local/a//b',
      disabled_providers: ['openai'],
      provider: { local: { name: ',}' }, opencode: { name: 'Zen', whitelist: [] } },
    });
    for (const wrong of ['{', '[]', '{"provider":[]}'])
      expect(await given({ OPENCODE_CONFIG_CONTENT: wrong })).toBeNull();
  });
});

test('OpenCode has a model of the person with a login, a key or a provider in the configuration', async () => {
  const own = (env: Record<string, string> = {}) => hasOwnModel({ HOME: root, ...env });
  expect(await own()).toBe(false);
  expect(await own({ ANTHROPIC_API_KEY: 'k' })).toBe(true);
  expect(await own({ OPENCODE_CONFIG_CONTENT: '{"model":"x/y"}' })).toBe(true);
  await login('no JSON');
  await config('{"provider": {}}');
  expect(await own()).toBe(false);
  await config('{"provider": { "local": {} }}');
  expect(await own()).toBe(true);
  await config('');
  await login('{"anthropic":{}}');
  expect(await own()).toBe(true);
});
