import { spawn } from 'node:child_process';
import os from 'node:os';

/**
 * @typedef {object} CommandOptions
 * @property {string} [cwd]
 * @property {NodeJS.ProcessEnv} [env]
 * @property {AbortSignal} [signal] ends the program (SIGKILL) when aborted
 * @property {boolean} [quiet] keep what it prints instead of showing it on standard error
 * @property {boolean} [shell] through a shell, which Windows needs for npm
 */

/** Runs a program to its end. Its output goes to standard error, or into `output` when quiet. A program that cannot be
 * started counts as exit code 127.
 * @param {string} program
 * @param {string[]} args
 * @param {CommandOptions} [options]
 * @returns {Promise<{ code: number, output: string }>} */
export function command(program, args, options = {}) {
  return new Promise((resolve) => {
    const shown = options.quiet ? 'pipe' : process.stderr;
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      shell: options.shell ?? false,
      stdio: ['ignore', shown, shown],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text) => (output += text));
    }
    const kill = () => child.kill('SIGKILL');
    options.signal?.addEventListener('abort', kill, { once: true });
    if (options.signal?.aborted) kill();
    const finish = (/** @type {number} */ code) => {
      options.signal?.removeEventListener('abort', kill);
      resolve({ code, output });
    };
    child.once('error', (error) => {
      output += error.message;
      finish(127);
    });
    child.once('close', (code, signal) => finish(exitCode(code, signal)));
  });
}

/** The exit code a shell would report: the program's own, or 128 and the number of the signal that ended it.
 * @param {number | null} code
 * @param {NodeJS.Signals | null} signal */
export function exitCode(code, signal) {
  return code ?? 128 + (signal ? os.constants.signals[signal] : 0);
}

/** Runs npm with the npm that started us where there is one, so that its version and settings are the same.
 * @param {string[]} args
 * @param {CommandOptions} [options] */
export function npm(args, options = {}) {
  const cli = process.env['npm_execpath'];
  if (cli?.endsWith('npm-cli.js')) return command(process.execPath, [cli, ...args], options);
  const windows = process.platform === 'win32';
  return command(windows ? 'npm.cmd' : 'npm', args, { ...options, shell: windows });
}
