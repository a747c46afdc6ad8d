import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testHostProgram } from '../../../agent-host/host-fixture.ts';
import { probe } from './probe.ts';
import type { BriefRuntime } from './provider-entry.ts';

let root: string;
let runtime: BriefRuntime;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'paseo-probe-'));
  runtime = { nodePath: process.execPath, hostProgram: await testHostProgram() };
});
afterAll(() => rm(root, { recursive: true, force: true }));

describe.each(['by itself', 'through what ends all of it'])('a program that is asked %s', (how) => {
  async function asked(script: string, timeout?: number) {
    const path = join(root, 'program');
    await writeFile(path, `#!/bin/sh\n${script}\n`);
    await chmod(path, 0o755);
    const env = { PATH: '/usr/bin:/bin' };
    return probe({ path, env, runtime: how === 'by itself' ? null : runtime }, ['a b'], timeout);
  }

  test('says its answer and its exit code', async () => {
    expect(await asked('echo "$1"; cat')).toEqual({ code: 0, stdout: 'a b\n' });
    expect(await asked('exit 7')).toEqual({ code: 7, stdout: '' });
  });

  test('has no exit code when it was too slow, was killed or cannot be run', async () => {
    expect((await asked('trap "exit 1" TERM; sleep 5 & wait', 300)).code).toBeNull();
    expect((await asked('kill -9 $$')).code).toBeNull();
    expect((await asked('yes')).code).toBeNull();
    const nothing = { path: join(root, 'nothing'), env: {}, runtime: how === 'by itself' ? null : runtime };
    expect((await probe(nothing, [])).code).toBeNull();
  });
});
