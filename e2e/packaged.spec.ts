import { mkdtemp, readdir, readFile, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { expect, test } from '@playwright/test';
import { z } from 'zod';
import { AGENT_PROGRAMS } from './agents/agent-program.ts';
import { installProgram } from './agents/programs.ts';
import { ModelServer } from './model-server/model-server.ts';
import { writeConfig } from './support/daemon-home.ts';
import { packageApp, StrangeComputer } from './support/packaged-app.ts';

test.skip(
  process.platform !== 'linux',
  'the way to open a package and to run it as an ordinary user is known for Linux only',
);

/** As a fuse is written in the program. */
const [OFF, ON] = ['0'.charCodeAt(0), '1'.charCodeAt(0)];

const Package = z.looseObject({ version: z.string() });

let folder: string;
let app: string;
let computer: StrangeComputer;
test.beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'paseo-package-'));
  app = await packageApp(folder);
});
test.afterAll(() => rm(folder, { recursive: true, force: true }));
test.beforeEach(async () => {
  computer = await StrangeComputer.make(app);
});
test.afterEach(() => computer.remove());

test('a packaged app runs nothing but itself: its fuses are set', async () => {
  const wire = await getCurrentFuseWire(join(app, 'paseo-desktop'));
  const on = [FuseV1Options.EnableCookieEncryption, FuseV1Options.EnableEmbeddedAsarIntegrityValidation];
  const off = [
    FuseV1Options.RunAsNode,
    FuseV1Options.EnableNodeOptionsEnvironmentVariable,
    FuseV1Options.EnableNodeCliInspectArguments,
    FuseV1Options.LoadBrowserProcessSpecificV8Snapshot,
    FuseV1Options.GrantFileProtocolExtraPrivileges,
  ];
  for (const fuse of [...on, FuseV1Options.OnlyLoadAppFromAsar]) expect(wire[fuse], String(fuse)).toBe(ON);
  for (const fuse of off) expect(wire[fuse], String(fuse)).toBe(OFF);
});

test('the command line of a package runs without any other Node', async () => {
  const { version } = Package.parse(JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8')));
  expect((await computer.paseo('--version')).trim()).toBe(version);
});

// Those that come with an adapter, which the package must bring and run.
for (const program of AGENT_PROGRAMS.filter(({ name }) => name !== 'opencode')) {
  test(`a packaged app drives ${program.name} on a computer without Node`, async () => {
    const path = await installProgram(program.name);
    test.skip(path === null, `real ${program.name} is not installed, and the package registry cannot be reached`);
    const model = await ModelServer.start();
    try {
      await computer.install(program.name, path!);
      const env = await program.prepare(computer.home, model, computer.project);
      await writeConfig(computer.paseoHome, {
        daemon: { listen: '127.0.0.1:0', relay: { enabled: false } },
        agents: { providers: { [program.name]: { env } } },
      });
      const started = await computer.startApp();
      const status = () =>
        computer.paseo('daemon', 'status').catch((error: unknown) => `${started.exitCode} ${String(error)}`);
      await expect.poll(status).toContain('127.0.0.1');
      expect(await computer.paseo('providers')).toMatch(new RegExp(`^${program.name} +ready `, 'm'));
      model.script({ text: 'Hello from the model.' });
      const said = await computer.paseo('run', '--provider', program.name, '--cwd', computer.project, 'Say hello');
      expect(said).toContain('Hello from the model.');
      expect(await hostPrograms()).toContain(join(app, 'resources/node/bin/node'));
    } finally {
      await model.stop();
    }
  });
}

/** The programs that run hosts of agents. */
async function hostPrograms(): Promise<string[]> {
  const found: string[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (command.includes('agent-host.js')) found.push(await readlink(`/proc/${pid}/exe`).catch(() => ''));
  }
  return found;
}
