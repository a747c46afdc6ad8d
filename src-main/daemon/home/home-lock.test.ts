import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { bundledScript } from '../../platform/bundled-script.ts';
import { HomeLockedError, lockHome } from './home-lock.ts';
import { openHome } from './paseo-home.ts';
import type { PaseoHome } from './paseo-home.ts';

let scripts: string;
let script: string;
beforeAll(async () => {
  scripts = await mkdtemp(join(tmpdir(), 'paseo-lock-script-'));
  const at = (name: string) => JSON.stringify(join(import.meta.dirname, name));
  script = await bundledScript(
    scripts,
    `import { lockHome } from ${at('home-lock.ts')};
     import { openHome } from ${at('paseo-home.ts')};
     const home = await openHome(process.argv[2]);
     process.stdin.once('data', async () => {
       const result = await lockHome(home, { kind: 'headless', socket: home.file('daemon.sock') }).then(() => 'owner', (error) => error.code ?? String(error));
       process.stdout.write(result + '\\n');
     });
     process.stdout.write('ready\\n');
     setInterval(() => {}, 1000);`,
  );
});
afterAll(() => rm(scripts, { recursive: true, force: true }));

let home: PaseoHome;
let children: ChildProcess[] = [];
beforeEach(async () => {
  home = await openHome(await mkdtemp(join(tmpdir(), 'paseo-lock-')));
});
afterEach(async () => {
  await Promise.all(children.map(end));
  children = [];
  await rm(home.path, { recursive: true, force: true });
});

const lock = () => lockHome(home, { kind: 'tray', socket: home.file('daemon.sock') });
const lockPath = () => home.file('daemon.lock');
const lockFile = async () => JSON.parse(await readFile(lockPath(), 'utf8')) as Record<string, unknown>;

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

/** A process that is ready to lock the home when it is told to. */
async function contender(): Promise<{ child: ChildProcess; tryToLock(): Promise<string> }> {
  const child = spawn(process.execPath, [script, home.path], { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  await once(child.stdout, 'data');
  return {
    child,
    tryToLock: async () => {
      child.stdin.write('go');
      const [answer] = (await once(child.stdout, 'data')) as [Buffer];
      return answer.toString().trim();
    },
  };
}

test('a second start is told who owns the home, and a release lets it in', async () => {
  const first = await lock();
  const error = await lock().catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(HomeLockedError);
  expect(error).toMatchObject({
    code: 'locked',
    owner: { pid: process.pid, kind: 'tray', socket: home.file('daemon.sock'), since: expect.stringMatching(/Z$/) },
    message: expect.stringContaining(`process ${process.pid}`),
  });
  expect((await stat(lockPath())).mode & 0o777).toBe(0o600);
  await first.release();
  await first.release();
  const second = await lock();
  // Only its own lock is given back.
  await first.release();
  await expect(lock()).rejects.toMatchObject({ code: 'locked' });
  await second.release();
  expect(await readdir(home.path)).toEqual(['paseo-home.json']);
});

test('takes over after kill -9, at once and without leftovers', async () => {
  const { child, tryToLock } = await contender();
  expect(await tryToLock()).toBe('owner');
  await expect(lock()).rejects.toMatchObject({ code: 'locked', owner: { pid: child.pid, kind: 'headless' } });
  await end(child);
  const taken = await lock();
  expect(await lockFile()).toMatchObject({ pid: process.pid });
  expect((await readdir(home.path)).sort()).toEqual(['daemon.lock', 'paseo-home.json']);
  await taken.release();
});

test('a process that only has the number of a dead owner owns nothing', async () => {
  await lock();
  await writeFile(lockPath(), JSON.stringify({ ...(await lockFile()), start: 'another boot 1' }));
  const taken = await lock();
  await taken.release();
});

test('an owner that cannot be seen from here counts as alive while its socket answers', async () => {
  await lock();
  await writeFile(lockPath(), JSON.stringify({ ...(await lockFile()), start: 'another boot 1' }));
  const server = createServer((socket) => socket.destroy());
  server.listen(home.file('daemon.sock'));
  await once(server, 'listening');
  await expect(lock()).rejects.toMatchObject({ code: 'locked' });
  const closed = once(server, 'close');
  server.close();
  await closed;
  await (await lock()).release();
});

test('of many that find a dead owner at once exactly one takes over', async () => {
  for (let round = 0; round < 3; round++) {
    const dead = await contender();
    expect(await dead.tryToLock()).toBe('owner');
    const contenders = await Promise.all(Array.from({ length: 6 }, contender));
    await end(dead.child);
    const answers = await Promise.all(contenders.map((one) => one.tryToLock()));
    expect(answers.toSorted()).toEqual([...Array<string>(5).fill('locked'), 'owner']);
    await Promise.all(contenders.map((one) => end(one.child)));
    await (await lock()).release();
  }
}, 30_000);

test('a take-over that died half-way is itself taken over', async () => {
  await lock();
  const owner = { ...(await lockFile()), start: 'another boot 1' };
  await writeFile(lockPath(), JSON.stringify(owner));
  const half = { ...owner, id: 'f'.repeat(32) };
  await writeFile(`${lockPath()}.${String((owner as Record<string, unknown>)['id'])}`, JSON.stringify(half), {
    mode: 0o600,
  });
  const taken = await lock();
  expect((await readdir(home.path)).sort()).toEqual(['daemon.lock', 'paseo-home.json']);
  await taken.release();
});

test('a damaged lock is left to the person', async () => {
  await writeFile(lockPath(), '{}', { mode: 0o600 });
  await expect(lock()).rejects.toMatchObject({ code: 'corrupt', message: expect.stringContaining(lockPath()) });
});
