import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import { command } from './command.mjs';
import { endingWithUs } from './parent-death.mjs';
import { SetUpError } from './progress.mjs';

const SCREEN = '1440x1000x24';
const START_MS = 10_000;

/** Runs `work` with an environment that has a display and a session bus: the person's own where there is one, else a
 * virtual one of our own that ends with the work. Windows of the tests then cannot meet a person's.
 * @template T
 * @param {(env: NodeJS.ProcessEnv) => Promise<T>} work
 * @returns {Promise<T>} */
export async function withDisplay(work) {
  if (process.platform !== 'linux' || process.env['DISPLAY']) return work(process.env);
  const folder = await mkdtemp(path.join(os.tmpdir(), 'paseo-display-'));
  const programs = [];
  try {
    const authority = path.join(folder, 'Xauthority');
    const cookie = randomBytes(16).toString('hex');
    // The server takes a cookie for whatever display it then finds to be free.
    await authorise(authority, ':0', cookie);
    // Without a client it would start anew, and refuse the next one meanwhile.
    const screen = ['-displayfd', '3', '-screen', '0', SCREEN, '-noreset', '-nolisten', 'tcp', '-auth', authority];
    const server = await announced('Xvfb', screen);
    programs.push(server);
    const display = `:${server.line}`;
    await authorise(authority, display, cookie);
    const bus = await announced('dbus-daemon', ['--session', '--nofork', '--nopidfile', '--print-address=3']);
    programs.push(bus);
    const env = { ...process.env, DISPLAY: display, XAUTHORITY: authority, DBUS_SESSION_BUS_ADDRESS: bus.line };
    return await work(env);
  } finally {
    for (const program of programs.toReversed()) await program.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** @param {string} file
 * @param {string} display
 * @param {string} cookie */
async function authorise(file, display, cookie) {
  const { code, output } = await command('xauth', ['-f', file, 'add', display, '.', cookie], { quiet: true });
  if (code !== 0) throw new SetUpError(`xauth failed: ${output.trim()}`);
}

/** Starts a program that writes one line to file descriptor 3 once it is ready.
 * @param {string} program
 * @param {string[]} args
 * @returns {Promise<{ line: string, stop: () => Promise<void> }>} */
function announced(program, args) {
  const [first, rest] = endingWithUs(program, args);
  const child = spawn(first, rest, { stdio: ['ignore', 'ignore', 'pipe', 'pipe'] });
  const ended = new Promise((resolve) => child.once('close', resolve).once('error', resolve));
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
  };
  return new Promise((resolve, reject) => {
    let [line, errors] = ['', ''];
    const fail = (/** @type {string} */ why) => {
      child.kill('SIGKILL');
      reject(new SetUpError(`${program} did not start: ${why}`));
    };
    const timer = setTimeout(() => fail(`nothing within ${START_MS / 1000} s`), START_MS);
    child.stderr?.setEncoding('utf8').on('data', (text) => (errors = (errors + text).slice(-2000)));
    child.stdio[3]?.on('data', (/** @type {Buffer} */ data) => {
      line += data.toString('utf8');
      if (!line.includes('\n')) return;
      clearTimeout(timer);
      resolve({ line: line.trim(), stop });
    });
    child.once('error', (error) => fail(error.message));
    child.once('exit', () => {
      clearTimeout(timer);
      fail(errors.trim() || 'it ended at once');
    });
  });
}
