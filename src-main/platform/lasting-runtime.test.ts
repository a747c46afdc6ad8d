import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lastingRuntime } from './lasting-runtime.ts';
import type { RuntimePaths } from './runtime-paths.ts';

let root: string;
let paths: RuntimePaths;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'paseo-lasting-'));
  await mkdir(join(root, 'mount'));
  const file = async (name: string, text: string) => {
    await writeFile(join(root, 'mount', name), text);
    return join(root, 'mount', name);
  };
  paths = {
    nodePath: await file('node', '#!/bin/sh\necho node "$@"\n'),
    hostProgram: await file('agent-host.js', 'host'),
    adapters: { claude: await file('claude.js', 'claude'), codex: await file('codex.js', 'codex') },
  };
  await chmod(paths.nodePath, 0o555);
});
afterEach(() => rm(root, { recursive: true, force: true }));

const env = () => ({ APPIMAGE: '/x/Paseo.AppImage', XDG_CACHE_HOME: join(root, 'cache') });

test('programs of an AppImage still run when its disk is gone', async () => {
  const lasting = await lastingRuntime(paths, env());
  await rm(join(root, 'mount'), { recursive: true });
  const said = execFileSync(lasting.nodePath, [lasting.hostProgram], { encoding: 'utf8' });
  expect(said).toBe(`node ${lasting.hostProgram}\n`);
  expect(await readdir(join(lasting.nodePath, '..'))).toEqual(['agent-host.mjs', 'claude.mjs', 'codex.mjs', 'node']);
});

test('they are copied once, by whoever comes first, and again for another version, which takes their place', async () => {
  const [first, second] = await Promise.all([lastingRuntime(paths, env()), lastingRuntime(paths, env())]);
  expect(second).toEqual(first);
  await writeFile(paths.hostProgram, 'another host');
  const third = await lastingRuntime(paths, env());
  expect(third).not.toEqual(first);
  expect(await readdir(join(root, 'cache/paseo'))).toEqual([join(third.nodePath, '..').split('/').pop()]);
});

test('what is installed stays where it is, and so does what cannot be copied', async () => {
  expect(await lastingRuntime(paths, {})).toBe(paths);
  await writeFile(join(root, 'cache'), 'no folder');
  expect(await lastingRuntime(paths, env())).toBe(paths);
});
