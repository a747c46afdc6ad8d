import { randomBytes } from 'node:crypto';
import {
  hasOwnModel,
  openCodeFiles,
  refuseHostedModel,
  refuseUnnamedModel,
  withoutHostedModels,
} from './opencode-model-guard.ts';
import type { AgentFacts, FoundProgram } from './provider-entry.ts';

const INSTALL =
  process.platform === 'win32' ? 'npm install -g opencode-ai' : 'curl -fsSL https://opencode.ai/install | bash';

/**
 * For every agent that may be OpenCode, also behind a script: `opencode acp` opens an HTTP server on loopback too, which
 * gives away keys and has no password unless it is given one; and it has hosted models, which a person must have chosen.
 */
export async function guardedEnv({ env }: FoundProgram): Promise<Record<string, string>> {
  return { OPENCODE_SERVER_PASSWORD: randomBytes(32).toString('base64url'), ...(await withoutHostedModels(env)) };
}

/** Whether a command line names OpenCode: itself, or through a program that runs packages. */
export function namesOpenCode(command: string, args: readonly string[]): boolean {
  return [command, ...args].some((word) => /(^|[\\/])opencode(-ai)?(@[^\\/]*)?(\.(exe|cmd))?$/i.test(word));
}

/** OpenCode speaks ACP itself. */
export const opencode: AgentFacts = {
  id: 'opencode',
  label: 'OpenCode',
  command: 'opencode',
  adapter: null,
  args: ['acp'],
  versionArgs: ['--version'],
  // The oldest that was seen to keep away from the hosted models when it is told to.
  oldestVersion: '1.1.11',
  install: { command: INSTALL, otherwise: 'npm install -g opencode-ai' },
  updateArgs: ['upgrade'],
  loginArgs: ['auth', 'login'],
  loginOtherwise: () => 'set "model" in ~/.config/opencode/opencode.json',
  continueArgs: (sessionId) => ['--session', sessionId],
  listsSessions: true,
  endsItsTools: true,
  loadIsDestructive: false,
  freshEnv: guardedEnv,
  loggedIn: ({ env }) => hasOwnModel(env),
  loginFiles: openCodeFiles,
  refuses: async (session) => (await refuseHostedModel(session)) ?? (await refuseUnnamedModel(session)),
};
