import { describe, expect, test } from 'vitest';
import type { ProviderConfig } from '../../../../src-shared/config/schema.ts';
import { providerTable } from './provider-table.ts';

const entry = (id: string, configured: Record<string, ProviderConfig> = {}) => providerTable(configured).get(id)!;
const hosted = { model: 'opencode/free', env: { HOME: '/nowhere' } };
const unnamed = { model: null, env: { HOME: '/nowhere' } };

describe('an entry of agents.providers', () => {
  test('changes a built-in provider', () => {
    const claude = entry('claude', { claude: { label: 'Mine', command: '/opt/my claude', env: { A: '1' } } });
    expect(claude).toMatchObject({ label: 'Mine', adapter: 'claude', versionArgs: ['--version'], env: { A: '1' } });
    expect(claude.loginCommand).toBe("'/opt/my claude' auth login");
    expect(claude.installCommand).toBeNull();
    expect(claude.installFix).toContain('agents.providers.claude.command');
    expect(claude.continueCommand('ID', '/w')).toBe("cd /w && '/opt/my claude' --resume ID");
  });

  test('extends another, with its adapter and guards, over any number of steps', async () => {
    const configured = {
      second: { extends: 'opencode', env: { B: '2' } },
      third: { extends: 'second', command: '/opt/wrapper', env: { C: '3' } },
      work: { extends: 'claude', env: { CLAUDE_CONFIG_DIR: '/work' } },
    };
    expect(entry('second', configured)).toMatchObject({ command: 'opencode', args: ['acp'], oldestVersion: '1.1.11' });
    const third = entry('third', configured);
    expect(third).toMatchObject({ command: '/opt/wrapper', env: { B: '2', C: '3' }, versionArgs: null });
    // What is typed into a terminal is the program itself, which the wrapper may not behave like.
    expect(third.loginCommand).toBe('opencode auth login');
    expect(third.continueCommand('ID', '/w')).toBe('cd /w && opencode --session ID');
    expect(await third.refuses(hosted)).toContain('hosted model');
    expect(entry('work', configured)).toMatchObject({ adapter: 'claude', command: 'claude', label: 'Claude Code' });
    expect(entry('work', configured).loginFix).toContain('agents.providers.work.env');
  });

  test('without a command is no provider, also when it extends itself or something unknown', () => {
    const table = providerTable({ loop: { extends: 'loop' }, a: { extends: 'b' }, b: { extends: 'a' }, none: {} });
    expect([...table.keys()]).toEqual(['claude', 'codex', 'opencode', 'gemini']);
    expect(providerTable({ constructor: { command: 'x' } }).get('constructor')).toMatchObject({ command: 'x' });
  });

  test('is an agent that nothing is known of', () => {
    expect(entry('mine', { mine: { command: 'my-agent', args: ['--acp'] } })).toMatchObject({
      ...{ label: 'mine', adapter: null, args: ['--acp'], versionArgs: null, installCommand: null, loginCommand: null },
      ...{ loadIsDestructive: false, loginFix: "Log in with the agent's own program (my-agent)." },
    });
    expect(entry('mine', { mine: { command: 'my-agent' } }).continueCommand('ID', '/w')).toBeNull();
  });
});

describe('OpenCode is guarded', () => {
  test.each([
    ['opencode', []],
    ['/opt/bin/opencode', ['acp']],
    ['C:\\bin\\OpenCode.exe', ['acp']],
    ['npx', ['-y', 'opencode-ai@1.18.33', 'acp']],
    ['bunx', ['opencode-ai', 'acp']],
    ['env', ['X=1', 'opencode', 'acp']],
  ])('as %s %j', async (command, args) => {
    for (const config of [
      { command, args },
      { command, args, extends: 'gemini' },
    ]) {
      const mine = entry('mine', { mine: config });
      expect(await mine.refuses(hosted)).toContain('hosted model');
      expect(await mine.refuses(unnamed)).toContain('does not say which model');
      const fresh = await mine.freshEnv({ path: command, env: { HOME: '/nowhere' }, runtime: null });
      expect(fresh).toMatchObject({
        OPENCODE_SERVER_PASSWORD: expect.stringMatching(/^.{43}$/),
        OPENCODE_CONFIG_CONTENT: '{"provider":{"opencode":{"whitelist":[]}}}',
      });
    }
  });

  test('also behind a script of any name, while other agents need not name a model', async () => {
    const mine = entry('mine', { mine: { command: '/opt/script' } });
    expect(await mine.refuses(hosted)).toContain('hosted model');
    expect(await mine.refuses(unnamed)).toBeNull();
    expect(await entry('claude').refuses(unnamed)).toBeNull();
  });
});

test('Gemini must not load a session', () => {
  expect(entry('gemini')).toMatchObject({ args: ['--acp'], loadIsDestructive: true, listsSessions: false });
});

test('each agent has its own command to go on in a terminal, safe for any folder', () => {
  const lines = ['claude', 'codex', 'opencode', 'gemini'].map((id) => entry(id).continueCommand('a1', "/it's; here"));
  expect(lines).toEqual(
    ['claude --resume a1', 'codex resume a1', 'opencode --session a1', 'gemini --resume a1'].map(
      (line) => `cd '/it'\\''s; here' && ${line}`,
    ),
  );
});
