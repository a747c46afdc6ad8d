import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { userInfo } from 'node:os';
import { basename, isAbsolute } from 'node:path';
import { z } from 'zod';

/** Longer than slow start files take; a shell that waits for somebody never ends. */
const TIMEOUT_MS = 5000;
/** From the end of the shell until its output is read. */
const DRAIN_MS = 500;
/** Start files print, but not this much. */
const MAX_OUTPUT_CHARS = 1024 * 1024;
const MAX_VALUE_CHARS = 32 * 1024;
/** What a shell needs to find its start files and to behave; no key, and nothing of Paseo. */
const GIVEN = ['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'LANG', 'LC_ALL', 'TMPDIR', 'XDG_CONFIG_HOME', 'ZDOTDIR'];

export interface LoginShellOptions {
  /** Whose home and shell are looked at, and what the shell is told of. */
  readonly env: NodeJS.ProcessEnv;
  /** A plain Node, which tells what the shell has set in a form that no start file can spoil. */
  readonly nodePath: string;
  /** Names of the variables that are taken. */
  readonly names: readonly string[];
  readonly timeoutMs?: number;
}

/**
 * What the person's login shell sets, as their terminals have it: an app that was started from a desktop knows none of it.
 * null when there is no such shell, or it fails, is too slow or says something else. Never rejects.
 */
export async function loginShellVariables(options: LoginShellOptions): Promise<Record<string, string> | null> {
  const shell = shellOf(options.env);
  // No shell that is run here takes a quote inside single quotes in the same way.
  if (shell === null || /['\\\r\n]/.test(options.nodePath)) return null;
  const mark = randomBytes(12).toString('hex');
  const names = options.names.map((name) => `"${name}"`).join();
  const tell = `process.stdout.write("${mark}"+JSON.stringify([${names}].map(n=>process.env[n]??null))+"${mark}")`;
  const args = [...interactiveLogin(shell), '-c', `'${options.nodePath}' -e '${tell}'`];
  const output = await outputOf(shell, args, mark, options);
  return parse(output.split(mark)[1], options.names);
}

const Values = z.array(z.string().max(MAX_VALUE_CHARS).nullable());

function parse(text: string | undefined, names: readonly string[]): Record<string, string> | null {
  try {
    const values = Values.length(names.length).parse(JSON.parse(text ?? ''));
    const set = names.map((name, i) => [name, values[i] ?? ''] as const).filter(([, value]) => value !== '');
    return Object.fromEntries(set);
  } catch {
    return null;
  }
}

function shellOf(env: NodeJS.ProcessEnv): string | null {
  if (process.platform === 'win32') return null;
  const shell = env['SHELL'] || userInfo().shell;
  return shell && isAbsolute(shell) ? shell : null;
}

/** PATH is set in the start files of interactive shells as often as in those of login shells. */
function interactiveLogin(shell: string): string[] {
  // csh takes its flag for a login shell only alone.
  return /^t?csh$/.test(basename(shell)) ? ['-i'] : ['-i', '-l'];
}

/**
 * Standard output of the shell until `mark` came twice. The shell runs in a session of its own, where it can neither read from
 * our terminal nor stop us, and nothing of its process group is left.
 */
function outputOf(shell: string, args: readonly string[], mark: string, options: LoginShellOptions): Promise<string> {
  const { env, timeoutMs = TIMEOUT_MS } = options;
  return new Promise((resolve) => {
    const given = GIVEN.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]] as const]));
    const child = spawn(shell, args, {
      // Start files can look at PASEO_READS_SHELL, where what they do is only for people.
      env: { ...Object.fromEntries(given), TERM: 'dumb', PASEO_READS_SHELL: '1' },
      detached: true,
      stdio: ['ignore', 'pipe', 'ignore'],
      cwd: env['HOME'] ?? '/',
    });
    let output = '';
    let drain: NodeJS.Timeout | undefined;
    const end = (): void => {
      clearTimeout(timer);
      clearTimeout(drain);
      if (child.pid !== undefined) killGroup(child.pid);
      child.stdout.destroy();
      resolve(output);
    };
    const timer = setTimeout(end, timeoutMs);
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      if (output.length > MAX_OUTPUT_CHARS || output.split(mark).length > 2) end();
    });
    child.once('error', end);
    child.once('close', end);
    // A background program of a start file may hold the pipe open for ever.
    child.once('exit', () => (drain = setTimeout(end, DRAIN_MS)));
  });
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nobody is left in the group.
  }
}
