import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ExternalSessions } from '../src-main/daemon/agents/providers/external-sessions.ts';
import { ProviderDirectory } from '../src-main/daemon/agents/providers/provider-directory.ts';
import { AGENT_PROGRAMS } from './agents/agent-program.ts';
import { installProgram } from './agents/programs.ts';
import { ModelServer } from './model-server/model-server.ts';
import { builtRuntime as runtime } from './support/built-runtime.ts';

/** What the program's help must know for the line that goes on with a session in a terminal. */
const CONTINUES = { claude: '--resume', codex: 'resume', opencode: '--session' } as const;

describe.each(AGENT_PROGRAMS)('the real $name', (program) => {
  let root: string;
  let path: string | null;
  let model: ModelServer;
  beforeAll(async () => {
    path = await installProgram(program.name);
    if (path === null) console.log(`skipped: real ${program.name}, because the package registry cannot be reached`);
    model = await ModelServer.start();
    root = await realpath(await mkdtemp(join(tmpdir(), 'paseo-real-')));
    await mkdir(join(root, 'project'));
    await mkdir(join(root, 'bin'));
    if (path !== null) await symlink(path, join(root, 'bin', program.name));
  }, 300_000);
  afterAll(async () => {
    await model.stop();
    await rm(root, { recursive: true, force: true });
  });

  function directory(env: Record<string, string>): ProviderDirectory {
    return new ProviderDirectory({
      configured: () => ({ [program.name]: { env } }),
      environment: { PATH: `${join(root, 'bin')}:/usr/bin:/bin`, HOME: root },
      runtime,
      loginShell: false,
    });
  }
  const state = async (from: ProviderDirectory) => (await from.list()).find(({ id }) => id === program.name);

  test('is not logged in at first, and ready in the home of somebody who uses it; its sessions can be listed', async (context) => {
    if (path === null) return context.skip();
    const stranger = directory(await program.prepareStranger(root));
    expect(await state(stranger)).toMatchObject({
      state: 'not-logged-in',
      version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
      path: join(root, 'bin', program.name),
      command: program.login,
    });
    const ready = directory(await program.prepare(root, model, join(root, 'project')));
    expect(await state(ready)).toMatchObject({ state: 'ready', fix: null, command: null });
    const external = new ExternalSessions({ directory: ready, runtime, userHome: root, appVersion: '0.0.0' });
    const query = { provider: program.name, cwd: join(root, 'project'), cursor: null };
    expect(await external.list(query)).toEqual({ sessions: [], cursor: null });
    expect(model.requests).toEqual([]);
  });

  test('goes on in a terminal with the line that is shown', async (context) => {
    if (path === null) return context.skip();
    const line = directory({}).entry(program.name).continueCommand('ID', '/work');
    expect(line).toBe(`cd /work && ${program.name} ${CONTINUES[program.name]} ID`);
    const env = { HOME: root, PATH: '/usr/bin:/bin' };
    const { stdout, stderr } = await promisify(execFile)(path, ['--help'], { env });
    expect(stdout + stderr).toMatch(new RegExp(`^ .*(?<!\\S)${CONTINUES[program.name]}\\b`, 'm'));
  });
});
