import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ProviderConfig } from '../../../src-shared/config/schema.ts';
import { refuseHostedModel } from './opencode-model-guard.ts';
import { ProviderDirectory } from './provider-directory.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'paseo-providers-'));
  await mkdir(join(root, 'bin'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function program(name: string, script: string, mode = 0o755): Promise<string> {
  const path = join(root, 'bin', name);
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, mode);
  return path;
}

const directory = (configured: Record<string, ProviderConfig> = {}) =>
  new ProviderDirectory(() => configured, { PATH: `relative:${join(root, 'bin')}`, SECRET: 'canary' });
const opencode = async (configured?: Record<string, ProviderConfig>) =>
  (await directory(configured).list()).find(({ id }) => id === 'opencode');

describe('a provider', () => {
  test('is ready with its version when the command on PATH prints one', async () => {
    const path = await program('opencode', 'echo "opencode v1.18.33-beta (abc)"');
    expect(await opencode()).toEqual({
      ...{ id: 'opencode', label: 'OpenCode', state: 'ready', version: '1.18.33-beta', path, fix: null },
    });
  });

  test('that is not installed, not executable, broken or switched off says what to do', async () => {
    expect(await opencode()).toMatchObject({ state: 'not-installed', fix: expect.stringContaining('npm install') });
    await program('opencode', 'echo 1.0.0', 0o644);
    expect(await opencode()).toMatchObject({ state: 'not-installed' });
    await rm(join(root, 'bin', 'opencode'));
    await program('opencode', 'exit 3');
    expect(await opencode()).toMatchObject({ state: 'broken', fix: expect.stringContaining('--version') });
    expect(await opencode({ opencode: { enabled: false } })).toMatchObject({ state: 'disabled' });
  });

  test('can be added, changed and extended by configuration', async () => {
    const path = await program('other', 'echo 2.0.0');
    await program('opencode', 'echo 1.0.0');
    const configured = {
      mine: { command: path, args: ['--acp'], env: { A: '1' }, label: 'Mine' },
      second: { extends: 'opencode', env: { B: '2' } },
      loop: { extends: 'loop' },
      empty: {},
      relative: { command: './other' },
    };
    const list = await directory(configured).list();
    expect(list.map(({ id, state, version }) => [id, state, version])).toEqual([
      ['opencode', 'ready', '1.0.0'],
      ['mine', 'ready', null],
      ['second', 'ready', '1.0.0'],
      ['relative', 'not-installed', null],
      ['loop', 'broken', null],
      ['empty', 'broken', null],
    ]);
    expect(list.at(-2)?.fix).toContain('agents.providers.loop in config.json has no command and extends "loop"');
    await expect(directory(configured).launch('empty', 'abcdefgh')).rejects.toThrow('has no command. Give it');
    const { entry, command, env } = await directory(configured).launch('mine', 'abcdefgh');
    expect([command, entry.args, env['A'], env['SECRET']]).toEqual([path, ['--acp'], '1', undefined]);
    expect((await directory(configured).launch('second', 'abcdefgh')).env).toMatchObject({ B: '2' });
  });

  test('that opens a server gets a new password for it every time', async () => {
    await program('opencode', 'echo 1.0.0');
    const passwords = new Set<string | undefined>();
    for (let i = 0; i < 3; i++) {
      passwords.add((await directory().launch('opencode', 'abcdefgh')).env['OPENCODE_SERVER_PASSWORD']);
    }
    expect(passwords.size).toBe(3);
    for (const password of passwords) expect(password).toMatch(/^[\w-]{43}$/);
  });
});

describe('a hosted model that nobody chose', () => {
  const refused = (model: string | null, env: Record<string, string> = {}) =>
    refuseHostedModel({ model, env: { HOME: root, ...env } });

  test('is refused, with the fix', async () => {
    expect(await refused('opencode/big-pickle')).toContain('opencode auth login');
    expect(await refused('anthropic/claude')).toBeNull();
    expect(await refused(null)).toBeNull();
  });

  test('is used when the person logged in there or named it', async () => {
    expect(await refused('opencode/big', { OPENCODE_API_KEY: 'k' })).toBeNull();
    await mkdir(join(root, '.config/opencode'), { recursive: true });
    const config = join(root, '.config/opencode/opencode.jsonc');
    await writeFile(config, '{\n  // "model": "opencode/big"\n}');
    expect(await refused('opencode/big')).not.toBeNull();
    await writeFile(config, '{ "model": "opencode/big" } // mine');
    expect(await refused('opencode/big')).toBeNull();
    await writeFile(config, '{"$schema":"https://opencode.ai/config.json","model":"opencode/big"}');
    expect(await refused('opencode/big')).toBeNull();
    for (const comment of ['// "model": "opencode/big"', '/* "model": "opencode/big" */']) {
      await writeFile(config, `{"$schema":"https://opencode.ai/config.json" ${comment}\n}`);
      expect(await refused('opencode/big')).not.toBeNull();
    }
    await rm(config);
    await mkdir(join(root, '.local/share/opencode'), { recursive: true });
    await writeFile(join(root, '.local/share/opencode/auth.json'), '{"opencode":{"type":"api"}}');
    expect(await refused('opencode/big')).toBeNull();
  });
});
