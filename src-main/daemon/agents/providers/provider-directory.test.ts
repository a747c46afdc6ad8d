import { chmod, mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ManualClock } from '../../../../src-shared/manual-clock.ts';
import type { ProviderConfig } from '../../../../src-shared/config/schema.ts';
import { testHostProgram } from '../../../agent-host/host-fixture.ts';
import { processStart } from '../../../platform/process-start.ts';
import type { RuntimePaths } from '../../../platform/runtime-paths.ts';
import { PROVIDER_LOGIN_MEMORY_MS } from '../../limits.ts';
import { ProviderDirectory } from './provider-directory.ts';

let root: string;
let clock: ManualClock;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'paseo-providers-'));
  clock = new ManualClock();
  await mkdir(join(root, 'bin'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

/** A program in the folder on PATH. */
async function program(name: string, script: string, mode = 0o755): Promise<string> {
  const path = join(root, 'bin', name);
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, mode);
  return path;
}

/** A program that tells its version, notes how it was asked, and answers questions about a login with `login`. */
function cli(name: string, version: string, login = 'exit 9'): Promise<string> {
  return program(
    name,
    `echo "$@" >> ${join(root, name)}.asked\n[ "$1" = --version ] && echo ${version} && exit\n${login}`,
  );
}

const asked = async (name: string) => (await readFile(join(root, `${name}.asked`), 'utf8')).trim().split('\n');
const runtime: RuntimePaths = {
  nodePath: process.execPath,
  hostProgram: await testHostProgram(),
  adapters: { claude: '/adapters/claude.js', codex: '/adapters/codex.js' },
};

function directory(configured: Record<string, ProviderConfig> = {}, paths: RuntimePaths | null = runtime) {
  const environment = { PATH: `relative:${join(root, 'bin')}:/bin:/usr/bin`, HOME: root, SECRET: 'canary' };
  return new ProviderDirectory({ configured: () => configured, environment, runtime: paths, loginShell: false, clock });
}

const state = async (id: string, from = directory()) => (await from.list()).find((provider) => provider.id === id);
const LOGGED_IN = `echo '{"loggedIn": true}'`;
const LOGGED_OUT = `echo '{"loggedIn": false}'; exit 1`;

describe('the state of a provider', () => {
  test('is ready with version and path', async () => {
    const path = await cli('claude', '"2.1.316 (Claude Code)"', LOGGED_IN);
    const ready = { state: 'ready', version: '2.1.316', path, fix: null, command: null, listsSessions: true };
    expect(await state('claude')).toEqual({ id: 'claude', label: 'Claude Code', ...ready });
    expect(await asked('claude')).toEqual(['--version', 'auth status --json']);
  });

  test('is not installed, with the command that installs it', async () => {
    const list = await directory().list();
    expect(list.map(({ id, state: found }) => [id, found])).toEqual(
      ['claude', 'codex', 'opencode', 'gemini'].map((id) => [id, 'not-installed']),
    );
    for (const { id, command, fix } of list) {
      expect(command).toMatch(/^(curl|npm) /);
      expect(fix).toContain(`agents.providers.${id}.command`);
    }
    await program('opencode', 'echo 1.0.0', 0o644);
    expect(await state('opencode')).toMatchObject({ state: 'not-installed' });
  });

  test('is not logged in, with the command that logs in, as soon as its files say so', async () => {
    await cli('codex', 'codex-cli 0.166.0', '[ -e "$HOME/.codex/auth.json" ] || exit 1');
    const known = directory();
    expect(await state('codex', known)).toMatchObject({
      ...{ state: 'not-logged-in', version: '0.166.0', command: 'codex login' },
      fix: expect.stringContaining('agents.providers.codex.env'),
    });
    await mkdir(join(root, '.codex'));
    await writeFile(join(root, '.codex/auth.json'), '{}');
    expect(await state('codex', known)).toMatchObject({ state: 'ready', fix: null, command: null });
  });

  test('is too old, with the command that updates it, and is not asked anything else', async () => {
    await cli('claude', '2.1.9', LOGGED_IN);
    expect(await state('claude')).toMatchObject({
      ...{ state: 'too-old', version: '2.1.9', command: 'claude update' },
      fix: expect.stringContaining('or newer'),
    });
    expect(await asked('claude')).toEqual(['--version']);
    await expect(directory().launch('claude', 'abcdefgh')).rejects.toThrow('2.1.9 is too old');
  });

  test('is broken when it does not say its version, and says how to see why', async () => {
    const path = await program('opencode', 'exit 3');
    expect(await state('opencode')).toMatchObject({ state: 'broken', path, command: `${path} --version` });
    await cli('claude', '2.1.316', LOGGED_IN);
    expect(await state('claude', directory({}, null))).toMatchObject({ state: 'broken' });
  });

  test('counts as ready when the program does not tell whether the person is logged in', async () => {
    await cli('claude', '2.1.316', 'echo what?');
    expect(await state('claude')).toMatchObject({ state: 'ready' });
  });

  test('is disabled when it is switched off, without being asked', async () => {
    await cli('claude', '2.1.316', LOGGED_IN);
    expect(await state('claude', directory({ claude: { enabled: false } }))).toMatchObject({ state: 'disabled' });
    await expect(asked('claude')).rejects.toThrow('ENOENT');
  });

  test('counts a key of its entry as a login, but none of the daemon', async () => {
    await cli('codex', '0.166.0', 'exit 1');
    expect(await state('codex')).toMatchObject({ state: 'not-logged-in' });
    const own = directory({ codex: { env: { CODEX_API_KEY: 'k' } } });
    expect(await state('codex', own)).toMatchObject({ state: 'ready' });
    const { env } = await own.launch('codex', 'abcdefgh');
    expect(JSON.parse(env['DEFAULT_AUTH_REQUEST'] ?? '')).toEqual({ methodId: 'api-key' });
  });
});

test('nothing is left of a program that is asked, also of what holds on to its output', async () => {
  await program('claude', `setsid sleep 600 & echo $! >> ${join(root, 'left')}; echo 2.1.316`);
  expect(await state('claude')).toMatchObject({ version: '2.1.316' });
  const left = (await readFile(join(root, 'left'), 'utf8')).trim().split('\n');
  expect(left).toHaveLength(2);
  for (const pid of left) expect(await processStart(Number(pid))).toBeNull();
});

test('a program is asked again when it changed, and about a login after a while', async () => {
  const path = await cli('claude', '2.1.316', LOGGED_OUT);
  const known = directory();
  await known.list();
  await known.list();
  expect(await asked('claude')).toEqual(['--version', 'auth status --json']);
  clock.advance(PROVIDER_LOGIN_MEMORY_MS);
  await known.list();
  expect(await asked('claude')).toEqual(['--version', 'auth status --json', 'auth status --json']);
  await utimes(path, 1, 1);
  await known.list();
  expect((await asked('claude')).slice(3)).toEqual(['--version', 'auth status --json']);
});

describe('an agent', () => {
  test('that needs an adapter is run by plain Node, which is pointed at the program of the person', async () => {
    const [claude, codex] = [await cli('claude', '2.1.316'), await cli('codex', '0.166.0')];
    const { command, args, env } = await directory().launch('claude', 'abcdefgh');
    expect([command, args]).toEqual([process.execPath, ['/adapters/claude.js']]);
    expect(env).toMatchObject({ CLAUDE_CODE_EXECUTABLE: claude, PASEO_AGENT_ID: 'abcdefgh', HOME: root });
    expect(env).not.toHaveProperty('SECRET');
    expect(await directory().launch('codex', 'abcdefgh')).toMatchObject({
      ...{ command: process.execPath, args: ['/adapters/codex.js'], env: { CODEX_PATH: codex } },
    });
    await expect(directory({}, null).launch('claude', 'abcdefgh')).rejects.toThrow('A part of Paseo is missing');
  });

  test('asks the person, also Codex, unless their configuration says otherwise', async () => {
    await cli('codex', '0.166.0');
    await mkdir(join(root, '.codex'));
    const known = directory();
    const mode = async (config: string, from = known) => {
      await writeFile(join(root, '.codex/config.toml'), config);
      return (await from.launch('codex', 'abcdefgh')).env['INITIAL_AGENT_MODE'];
    };
    expect(await mode('')).toBe('read-only');
    expect(await mode('sandbox_mode = "workspace-write"')).toBe('workspace-write');
    expect(await mode('# sandbox_mode = "workspace-write"')).toBe('read-only');
    expect(await mode('[profiles.x]\nsandbox_mode = "workspace-write"')).toBe('read-only');
    expect(await mode('sandbox_mode = "danger-full-access"')).toBe('read-only');
    expect(await mode('sandbox_mode = "danger-full-access"\napproval_policy = "never"')).toBe('agent-full-access');
    expect(await mode('approvals_reviewer = "auto_review"')).toBe('agent');
    expect(await mode('', directory({ codex: { env: { INITIAL_AGENT_MODE: 'agent' } } }))).toBe('agent');
  });

  test('that opens a server gets a new password for it every time', async () => {
    const path = await program('mine', '');
    await cli('opencode', '1.1.11');
    const passwords = new Set<string | undefined>();
    for (const id of ['opencode', 'opencode', 'script']) {
      const configured = { script: { command: path }, opencode: { env: { OPENCODE_SERVER_PASSWORD: '' } } };
      passwords.add((await directory(configured).launch(id, 'abcdefgh')).env['OPENCODE_SERVER_PASSWORD']);
    }
    expect(passwords.size).toBe(3);
    for (const password of passwords) expect(password).toMatch(/^[\w-]{43}$/);
  });

  test('that cannot be started says why', async () => {
    const refused = (id: string, configured?: Record<string, ProviderConfig>) =>
      expect(directory(configured).launch(id, 'abcdefgh')).rejects;
    await refused('nobody').toMatchObject({
      code: 'provider_unavailable',
      message: expect.stringContaining('no agent'),
    });
    await refused('empty', { empty: {} }).toThrow('has no command. Give it');
    await refused('claude', { claude: { enabled: false } }).toThrow('switched off');
    await refused('codex').toThrow('is not installed');
  });
});

describe('with a login shell', () => {
  test('programs are found on its PATH, also when they come while the daemon runs', async () => {
    const path = await program('opencode', 'echo 1.18.33');
    const shell = await program(
      'shell',
      'exec /bin/sh "$4" "$5"'.replace('"$4" "$5"', '-c "PATH=$(cat $HOME/path) $4"'),
    );
    await writeFile(join(root, 'path'), '/usr/bin:/bin');
    const desktop = new ProviderDirectory({
      configured: () => ({}),
      environment: { PATH: '/usr/bin:/bin', HOME: root, SHELL: shell },
      runtime: { ...runtime, nodePath: process.execPath },
      ...{ loginShell: true, clock },
    });
    expect(await state('opencode', desktop)).toMatchObject({ state: 'not-installed' });
    await writeFile(join(root, 'path'), `${join(root, 'bin')}:/usr/bin:/bin`);
    expect(await state('opencode', desktop)).toMatchObject({ state: 'not-installed' });
    clock.advance(60_000);
    expect(await state('opencode', desktop)).toMatchObject({ path });
    const { env } = await desktop.launch('opencode', 'abcdefgh');
    expect(env['PATH']).toBe(`${join(root, 'bin')}:/usr/bin:/bin`);
  });
});
