import { spawn } from 'node:child_process';

interface TerminalRun {
  /** For a shell. */
  readonly command: string;
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

const CURSOR_ASKED = '\u001b[6n';
const CURSOR_TOLD = '\u001b[1;1R';
const INTERRUPT = '\u0003';
const INTERRUPT_EVERY_MS = 300;

/**
 * Runs a command in a pseudo-terminal of its own, as a person does, interrupts it as soon as it has shown `shown`, and resolves
 * when it has ended. Rejects when it ends without.
 */
export function inTerminal({ command, cwd, env }: TerminalRun, shown: RegExp): Promise<void> {
  const child = spawn('script', ['-qec', `stty cols 120 rows 40; ${command}`, '/dev/null'], {
    cwd,
    env: { ...env, TERM: 'xterm-256color' },
  });
  child.stdin.on('error', () => {});
  let output = '';
  let timer: NodeJS.Timeout | undefined;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    if (text.includes(CURSOR_ASKED)) child.stdin.write(CURSOR_TOLD);
    if (shown.test(output)) timer ??= setInterval(() => child.stdin.write(INTERRUPT), INTERRUPT_EVERY_MS);
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => {
      clearInterval(timer);
      if (shown.test(output)) resolve();
      else reject(new Error(`${command} ended without showing ${String(shown)}:\n${output}`));
    });
  });
}
