import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/**
 * Runs a built script beside this one in a process of its own, with garbage collection at hand, and gives back the one message that it
 * sends. Throws when it ends without.
 */
export async function inFreshProcess(script: string, args: readonly string[]): Promise<unknown> {
  const child = fork(fileURLToPath(new URL(script, import.meta.url)), args, { execArgv: ['--expose-gc'] });
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`${script} ${args.join(' ')} ended with ${code} and said nothing`);
  });
  try {
    const [message] = (await Promise.race([once(child, 'message'), ended])) as [unknown];
    return message;
  } finally {
    child.kill('SIGKILL');
    ended.catch(() => {});
  }
}
