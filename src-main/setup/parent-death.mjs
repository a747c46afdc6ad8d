import { spawnSync } from 'node:child_process';

const WRAPPER = ['--pdeathsig', 'TERM'];
/** @type {boolean | undefined} */
let available;

/** Changes a command so that the program is ended (SIGTERM, perhaps more than once) when this process dies without
 * having ended it, even by SIGKILL.
 * Only Linux offers that; elsewhere the command stays as it is.
 * @param {string} program
 * @param {string[]} args
 * @returns {[program: string, args: string[]]} */
export function endingWithUs(program, args) {
  available ??= process.platform === 'linux' && spawnSync('setpriv', [...WRAPPER, 'true']).status === 0;
  return available ? ['setpriv', [...WRAPPER, program, ...args]] : [program, args];
}
