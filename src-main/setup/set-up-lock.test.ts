import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';

import { withSetUpLock } from './set-up-lock.mjs';

let folder = '';
let file = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'paseo-lock-'));
  file = path.join(folder, 'cache/lock');
});
afterEach(() => rmSync(folder, { recursive: true }));

it('lets one work after the other, and leaves no lock behind', async () => {
  const happened: string[] = [];
  const first = withSetUpLock(async () => {
    happened.push('first begins');
    await new Promise((resolve) => setImmediate(resolve));
    happened.push('first ends');
  }, file);
  await Promise.all([first, withSetUpLock(async () => void happened.push('second'), file)]);
  expect(happened).toEqual(['first begins', 'first ends', 'second']);
  expect(existsSync(file)).toBe(false);
});

it('takes over from a process that is gone', async () => {
  const { pid } = spawnSync(process.execPath, ['--version']);
  mkdirSync(path.dirname(file));
  writeFileSync(file, String(pid));
  expect(await withSetUpLock(async () => 'done', file)).toBe('done');
});

it('is released when the work fails', async () => {
  const failing = withSetUpLock(() => Promise.reject(new Error('no luck')), file);
  await expect(failing).rejects.toThrow('no luck');
  expect(existsSync(file)).toBe(false);
});
