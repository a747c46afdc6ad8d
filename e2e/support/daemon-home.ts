import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { endAgentProcesses } from './agent-processes.ts';

/** A folder for one test with a home and a workspace in it. The path is short, since Unix sockets live there. */
export interface TestFolder {
  readonly home: string;
  readonly workspace: string;
  remove(): Promise<void>;
}

export async function testFolder(): Promise<TestFolder> {
  const root = await mkdtemp(join(tmpdir(), 'paseo-'));
  const workspace = await mkdtemp(join(root, 'work-'));
  const home = join(root, 'home');
  return {
    home,
    workspace,
    remove: async () => {
      await endAgentProcesses(home);
      await rm(root, { recursive: true, force: true });
    },
  };
}

/** Writes `config.json` into a home that does not exist yet. */
export async function writeConfig(home: string, config: object): Promise<void> {
  await mkdir(home, { recursive: true, mode: 0o700 });
  await writeFile(join(home, 'config.json'), JSON.stringify(config), { mode: 0o600 });
}

/** `agents.providers` entry of the fake agent. */
export const fakeProvider = {
  label: 'Fake agent',
  command: process.execPath,
  args: [fileURLToPath(new URL('../fake-agent/fake-agent.mjs', import.meta.url))],
};
