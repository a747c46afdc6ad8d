import { join } from 'node:path';
import { z } from 'zod';
import { probe } from './probe.ts';
import type { AgentFacts, FoundProgram } from './provider-entry.ts';
import { homeOf } from './setting-files.ts';

const INSTALL =
  process.platform === 'win32'
    ? 'irm https://claude.ai/install.ps1 | iex'
    : 'curl -fsSL https://claude.ai/install.sh | bash';

/** Claude Code, through the adapter that comes with Paseo and is pointed at the person's own `claude`. */
export const claude: AgentFacts = {
  id: 'claude',
  label: 'Claude Code',
  command: 'claude',
  adapter: 'claude',
  args: [],
  versionArgs: ['--version'],
  oldestVersion: '2.1.112',
  install: { command: INSTALL, otherwise: 'npm install -g @anthropic-ai/claude-code' },
  updateArgs: ['update'],
  loginArgs: ['auth', 'login'],
  loginOtherwise: (id) => `put ANTHROPIC_API_KEY into agents.providers.${id}.env in config.json`,
  continueArgs: (sessionId) => ['--resume', sessionId],
  listsSessions: true,
  endsItsTools: true,
  loadIsDestructive: false,
  freshEnv: ({ path }) => Promise.resolve({ CLAUDE_CODE_EXECUTABLE: path }),
  loggedIn,
  loginFiles: (env) => {
    const folder = env['CLAUDE_CONFIG_DIR'] || join(homeOf(env), '.claude');
    return ['.credentials.json', 'settings.json'].map((name) => join(folder, name));
  },
  refuses: () => Promise.resolve(null),
};

const AuthStatus = z.looseObject({ loggedIn: z.boolean() });

/** A version without this command would take its words for a prompt: `oldestVersion` is above all of those. */
async function loggedIn(program: FoundProgram): Promise<boolean | null> {
  // It shall answer and do nothing else.
  const env = { CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1', DISABLE_AUTOUPDATER: '1', ...program.env };
  const { stdout } = await probe({ ...program, env }, ['auth', 'status', '--json']);
  try {
    return AuthStatus.parse(JSON.parse(stdout)).loggedIn;
  } catch {
    return null;
  }
}
