import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runtimePaths } from './runtime-paths.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'paseo-runtime-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function executable(folder: string, mode = 0o755): Promise<string> {
  await mkdir(join(root, folder), { recursive: true });
  const path = join(root, folder, 'node');
  await writeFile(path, '');
  await chmod(path, mode);
  return path;
}

test('a packaged app runs what lies beside it with the Node that it brought, whatever else there is', async () => {
  const env = { PATH: '/usr/bin', npm_node_execpath: await executable('npm') };
  expect(runtimePaths({ dist: '/app.asar/dist', resources: '/opt/resources', env, node: null })).toEqual({
    nodePath: '/opt/resources/node/bin/node',
    hostProgram: '/opt/resources/dist/main/agent-host.js',
    adapters: { claude: '/opt/resources/dist/adapters/claude.js', codex: '/opt/resources/dist/adapters/codex.js' },
  });
});

test('a checkout uses the Node that runs it, that ran npm, or that is on PATH', async () => {
  const [first, second] = [await executable('first'), await executable('second')];
  await executable('text', 0o644);
  const node = (env: NodeJS.ProcessEnv, own: string | null = null) =>
    runtimePaths({ dist: '/dist', resources: null, env, node: own }).nodePath;
  expect(node({ npm_node_execpath: first }, '/usr/bin/node')).toBe('/usr/bin/node');
  expect(node({ npm_node_execpath: first, PATH: join(root, 'second') })).toBe(first);
  expect(
    node({ npm_node_execpath: 'node', PATH: ['relative', join(root, 'text'), join(root, 'second')].join(':') }),
  ).toBe(second);
  expect(node({})).toBe('node');
});
