import { chmod, link, mkdtemp, readFile, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openDaemonLog } from './daemon-log.ts';
import type { DaemonLog } from './daemon-log.ts';

let folder: string;
let path: string;
let logs: DaemonLog[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'paseo-log-'));
  path = join(folder, 'daemon.log');
});
afterEach(async () => {
  for (const log of logs) log.close();
  logs = [];
  await rm(folder, { recursive: true, force: true });
});

function opened(options: { level?: 'trace' | 'info'; maxBytes?: number } = {}): DaemonLog {
  const log = openDaemonLog({ path, level: 'info', stderr: false, ...options });
  logs.push(log);
  return log;
}
const lines = async () =>
  (await readFile(path, 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

test('writes JSON lines that are there at once, in a private file that it adds to', async () => {
  opened().logger.info({ port: 1 }, 'one');
  opened().logger.warn({}, 'two');
  expect(await lines()).toMatchObject([
    { level: 30, msg: 'one', port: 1, pid: process.pid, time: expect.stringMatching(/Z$/) },
    { level: 40, msg: 'two' },
  ]);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

test('the level says what is written, and changes while it runs', async () => {
  const log = opened();
  log.logger.debug({}, 'hidden');
  log.setLevel('trace');
  log.logger.trace({}, 'shown');
  expect(await lines()).toMatchObject([{ msg: 'shown' }]);
});

test('takes the room of two files and no more', async () => {
  const log = opened({ maxBytes: 2000 });
  for (let n = 0; n < 200; n++) log.logger.info({ n }, 'x'.repeat(100));
  expect((await readdir(folder)).sort()).toEqual(['daemon.log', 'daemon.log.1']);
  for (const name of ['daemon.log', 'daemon.log.1']) {
    const stats = await stat(join(folder, name));
    expect(stats.size).toBeLessThanOrEqual(2000);
    expect(stats.mode & 0o777).toBe(0o600);
  }
  expect((await lines()).at(-1)).toMatchObject({ n: 199 });
});

test('closed, it swallows what comes later', async () => {
  const log = opened();
  log.close();
  log.close();
  log.logger.info({}, 'late');
  expect(await readFile(path, 'utf8')).toBe('');
});

describe('secrets', () => {
  test('do not get through, wherever they hide', async () => {
    const { logger } = opened({ level: 'trace' });
    const canary = 'CANARY';
    const cause = new Error(`http://127.0.0.1/#offer=${canary}`);
    logger.error(
      {
        offerSecret: canary,
        devicePsk: canary,
        psk: canary,
        joinToken: canary,
        url: canary,
        offer: { id: canary },
        prompt: canary,
        headers: { Authorization: canary, cookie: canary },
        list: [{ deep: { token: canary } }],
        link: `https://paseo.example/#offer=${canary}`,
        key: Buffer.from(canary),
        err: new Error('outer', { cause }),
      },
      `a link https://paseo.example/#offer=${canary}`,
    );
    const text = await readFile(path, 'utf8');
    expect(text).not.toContain(canary);
    expect(text).not.toContain(Buffer.from(canary).join());
    expect((await lines())[0]).toMatchObject({ key: '[6 bytes]', link: 'https://paseo.example/#offer=[redacted]' });
  });

  test('what a peer sent is cut, cycles end, and a line break stays in its line', async () => {
    const { logger } = opened();
    const cycle: Record<string, unknown> = {};
    cycle['self'] = cycle;
    logger.info({ host: 'x'.repeat(100_000), cycle, forged: 'a\n{"msg":"forged"}' }, 'y'.repeat(100_000));
    expect(await lines()).toHaveLength(1);
    expect((await stat(path)).size).toBeLessThan(6000);
  });
});

describe('the path', () => {
  const code = () => {
    try {
      opened();
      return 'opened';
    } catch (error) {
      return (error as { code: string }).code;
    }
  };

  test('a log that others can read is made private', async () => {
    await writeFile(path, '');
    await chmod(path, 0o644);
    expect(code()).toBe('opened');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  test('a link, a second name, a folder or a pipe is not written to', async () => {
    const target = join(folder, 'target');
    await writeFile(target, 'precious', { mode: 0o600 });
    await symlink(target, path);
    expect(code()).toBe('not_regular');
    await rm(path);
    await link(target, path);
    expect(code()).toBe('hard_linked');
    await rm(path);
    execFileSync('mkfifo', [path]);
    expect(code()).toBe('not_regular');
    await rm(path);
    expect(await readFile(target, 'utf8')).toBe('precious');
    path = join(folder);
    expect(code()).toBe('unreadable');
  });
});
