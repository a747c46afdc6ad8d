import { join } from 'node:path';
import type { AgentFacts } from './provider-entry.ts';
import { homeOf, textOf } from './setting-files.ts';

type Environment = Readonly<Record<string, string>>;

const INSTALL = 'npm install -g @google/gemini-cli';

/** Gemini CLI speaks ACP itself. */
export const gemini: AgentFacts = {
  id: 'gemini',
  label: 'Gemini CLI',
  command: 'gemini',
  adapter: null,
  args: ['--acp'],
  versionArgs: ['--version'],
  oldestVersion: null,
  install: { command: INSTALL, otherwise: 'brew install gemini-cli' },
  updateArgs: null,
  loginArgs: [],
  loginOtherwise: (id) => `put GEMINI_API_KEY into agents.providers.${id}.env in config.json`,
  continueArgs: (sessionId) => ['--resume', sessionId],
  listsSessions: false,
  endsItsTools: false,
  loadIsDestructive: true,
  freshEnv: () => Promise.resolve({}),
  loggedIn: async ({ env }) => {
    if (env['GEMINI_API_KEY'] || env['GOOGLE_API_KEY']) return true;
    // It has no command that says so; without any of these files nobody has ever logged in.
    const texts = await Promise.all(files(env).map(textOf));
    return texts.every((text) => text === '') ? false : null;
  },
  loginFiles: files,
  refuses: () => Promise.resolve(null),
};

function files(env: Environment): string[] {
  const folder = join(homeOf(env), '.gemini');
  return ['oauth_creds.json', 'settings.json', 'google_accounts.json', '.env'].map((name) => join(folder, name));
}
