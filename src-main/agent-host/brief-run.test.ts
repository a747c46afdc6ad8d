import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { markedProcesses } from '../platform/process-census.ts';
import { briefArgs } from './brief-spec.ts';
import { testHostProgram } from './host-fixture.ts';

let root: string;
let hostProgram: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'paseo-brief-'));
  hostProgram = await testHostProgram();
});
afterAll(() => rm(root, { recursive: true, force: true }));

const PATH = process.env['PATH'] ?? '';
const env = (mark: string) => ({ PATH, PASEO_AGENT_ID: `brief${process.pid}${mark}` });
const running = (mark: string) => markedProcesses(env(mark).PASEO_AGENT_ID);

/** Arguments for Node that run `script` with Node, briefly. */
async function script(code: string, input = true): Promise<string[]> {
  const file = join(root, `${Math.random()}.mjs`);
  await writeFile(file, code);
  return briefArgs(hostProgram, { command: process.execPath, args: [file], input });
}

/** Says "up" and leaves a process of its own session, which hears no request to end. */
const LEAVES = `import { spawn } from 'node:child_process';
  const deaf = 'process.on("SIGTERM", () => {}); console.log("up"); setInterval(() => {}, 1000)';
  const left = spawn(process.execPath, ['-e', deaf], { detached: true, stdio: ['ignore', 'pipe', 'ignore'] });
  left.stdout.once('data', () => console.log('up'));`;

test('a program says what it says to whoever asks, with its exit code', async () => {
  const args = await script(
    `for await (const data of process.stdin) process.stdout.write(String(data).toUpperCase()), process.exit(3)`,
  );
  const child = spawn(process.execPath, args, { env: env('a'), stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.write('hello');
  const exited = once(child, 'exit');
  expect(await text(child.stdout)).toBe('HELLO');
  expect(await exited).toEqual([3, null]);
});

test('a program that is to get no input finds its end at once', async () => {
  const args = await script(`process.stdin.resume().on('end', () => console.log('end'))`, false);
  const child = spawn(process.execPath, args, { env: env('b'), stdio: ['pipe', 'pipe', 'inherit'] });
  expect(await text(child.stdout)).toBe('end\n');
});

test.runIf(process.platform === 'linux')('it is handed no descriptor of whoever asks', async () => {
  const lists = `import { readdirSync, readlinkSync } from 'node:fs';
    const target = (fd) => { try { return readlinkSync('/proc/self/fd/' + fd); } catch { return ''; } };
    console.log(readdirSync('/proc/self/fd').map(target).includes(${JSON.stringify(join(root, 'secret'))}));`;
  await writeFile(join(root, 'secret'), '');
  const args = await script(lists);
  const from = (words: string[]) =>
    promisify(execFile)('sh', ['-c', `exec "$@" 7<${join(root, 'secret')}`, 'sh', process.execPath, ...words], {
      env: env('c'),
    });
  expect((await from(args.slice(-1))).stdout).toBe('true\n');
  expect((await from(args)).stdout).toBe('false\n');
});

test.each(['it is done', 'whoever asks has enough', 'whoever asks is killed'])(
  'nothing is left when %s',
  async (when) => {
    const mark = when.replaceAll(' ', '');
    const args = await script(
      `${LEAVES} ${when === 'it is done' ? `left.stdout.on('data', () => process.exit())` : ''}`,
    );
    const caller = join(root, `${mark}.mjs`);
    await writeFile(
      caller,
      `import { spawn } from 'node:child_process';
    const child = spawn(process.execPath, ${JSON.stringify(args)}, { detached: true, stdio: ['pipe', 'pipe', 'ignore'], env: ${JSON.stringify(env(mark))} });
    child.stdout.once('data', () => console.log('up'));
    process.stdin.once('data', () => child.stdin.end());`,
    );
    const asks = spawn(process.execPath, [caller], { env: { PATH }, stdio: ['pipe', 'pipe', 'inherit'] });
    await once(asks.stdout, 'data');
    if (when === 'whoever asks has enough') asks.stdin.write('enough');
    if (when === 'whoever asks is killed') asks.kill('SIGKILL');
    // The deaf one is killed after the grace period.
    await expect.poll(() => running(mark), { timeout: 20_000 }).toEqual([]);
    asks.kill('SIGKILL');
  },
  30_000,
);
