import path from 'node:path';
import { pathToFileURL } from 'node:url';

import { inCheckout } from './paths.mjs';

/** One Ctrl-C reaches a program several times: from the terminal, and once more from each npm above it. */
const BURST_MS = 500;
/** How often to look whether npm is still there. */
const PARENT_MS = 1000;

/** Runs a built program in this very process, as `node PROGRAM ARGS` in the folder where the person is: its standard
 * streams, exit code and signals are then its own, without a process in between.
 * @param {string} program path in the checkout
 * @param {string[]} args */
export async function runHere(program, args) {
  const file = inCheckout(program);
  process.argv = [process.execPath, file, ...args];
  const folder = process.env['INIT_CWD'];
  // npm runs scripts at the checkout's top and says here where it was called.
  if (folder && path.isAbsolute(folder) && process.cwd() === inCheckout()) process.chdir(folder);
  deliverSignalsOnce();
  endWithNpm();
  await import(pathToFileURL(file).href);
}

/** Hands a signal on and drops its copies that come right after it; a deliberate second Ctrl-C still counts.
 * @template {unknown[]} T
 * @param {(...signal: T) => void} deliver
 * @param {() => number} [now] milliseconds
 * @returns {(...signal: T) => void} */
export function oncePerBurst(deliver, now = () => performance.now()) {
  let latest = -Infinity;
  return (...signal) => {
    const repeated = now() - latest < BURST_MS;
    latest = now();
    if (!repeated) deliver(...signal);
  };
}

/** Asks this process to end (SIGTERM) once the npm that started it is gone, since nobody could stop it any more. */
export function endWithNpm() {
  if (process.env['npm_lifecycle_event'] === undefined || process.platform === 'win32') return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    process.kill(process.pid, 'SIGTERM');
  }, PARENT_MS);
  timer.unref();
}

function deliverSignalsOnce() {
  const emit = process.emit.bind(process);
  /** @type {(event: string, ...details: unknown[]) => boolean} */
  const pass = (event, ...details) => Reflect.apply(emit, process, [event, ...details]);
  const deliver = oncePerBurst(pass);
  /** @type {typeof pass} */
  const emitOnce = (event, ...details) => {
    if (event !== 'SIGINT' && event !== 'SIGTERM') return pass(event, ...details);
    deliver(event, ...details);
    return true;
  };
  process.emit = /** @type {typeof process.emit} */ (emitOnce);
}
