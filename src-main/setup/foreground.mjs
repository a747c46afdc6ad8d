import { spawn } from 'node:child_process';

import { exitCode } from './command.mjs';
import { endingWithUs } from './parent-death.mjs';
import { endWithNpm, oncePerBurst } from './here.mjs';

const FORWARDED = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);

/** Runs a program with our standard streams until it ends and returns its exit code. It gets its own process group, so
 * that each signal reaches it once, through us, however many copies the terminal and npm send; it ends when we are killed.
 * @param {string} program
 * @param {string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, cwd?: string, endGroup?: boolean }} [options] endGroup: whatever the program leaves
 *   behind in its process group is ended as well
 * @returns {Promise<number>} */
export function foreground(program, args, { endGroup = false, ...options } = {}) {
  const ownGroup = process.platform !== 'win32';
  const [first, rest] = endingWithUs(program, args);
  const child = spawn(first, rest, { ...options, stdio: 'inherit', detached: ownGroup });
  const forward = oncePerBurst((/** @type {NodeJS.Signals} */ signal) => void child.kill(signal));
  for (const signal of FORWARDED) process.on(signal, ownGroup ? forward : ignore);
  endWithNpm();
  return new Promise((resolve, reject) => {
    const finish = () => {
      for (const signal of FORWARDED) process.removeListener(signal, ownGroup ? forward : ignore);
    };
    child.once('error', (error) => {
      finish();
      reject(error);
    });
    child.once('close', (code, signal) => {
      finish();
      if (endGroup && ownGroup && child.pid !== undefined) endProcessGroup(child.pid);
      resolve(exitCode(code, signal));
    });
  });
}

/** @param {number} group */
function endProcessGroup(group) {
  try {
    process.kill(-group, 'SIGKILL');
  } catch {
    // Nothing was left.
  }
}

function ignore() {
  // Windows sends a console's Ctrl-C to the child as well; we only wait for it.
}
