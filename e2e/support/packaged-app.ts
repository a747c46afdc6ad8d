import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { chmod, chown, copyFile, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { endAgentProcesses } from './agent-processes.ts';

const run = promisify(execFile);
const checkout = fileURLToPath(new URL('../../', import.meta.url));
/** Chromium's sandbox, which a released app insists on, is not for root. */
const ORDINARY = process.getuid?.() === 0 ? 65534 : null;

/** Packages the built app into `folder`; returns the folder of the unpacked app, which every user may read. */
export async function packageApp(folder: string): Promise<string> {
  const args = ['src-main/setup/package.mjs', '--dir', `-c.directories.output=${folder}`];
  await run(process.execPath, args, { cwd: checkout, maxBuffer: 16 * 1024 * 1024 });
  await chmod(folder, 0o755);
  return join(folder, 'linux-unpacked');
}

/** The computer of an ordinary user who has agents, but neither Node nor anything else of Paseo's. */
export class StrangeComputer {
  readonly project: string;
  readonly paseoHome: string;
  /** HOME. */
  readonly home: string;
  readonly #root: string;
  readonly #app: string;
  readonly #programs: ChildProcess[] = [];

  private constructor(root: string, app: string) {
    this.#root = root;
    this.#app = app;
    this.home = join(root, 'user');
    this.project = join(this.home, 'project');
    this.paseoHome = join(this.home, 'home');
  }

  static async make(app: string): Promise<StrangeComputer> {
    const root = await mkdtemp(join(tmpdir(), 'paseo-p-'));
    await chmod(root, 0o755);
    const computer = new StrangeComputer(root, app);
    await mkdir(computer.project, { recursive: true });
    await mkdir(join(root, 'bin'));
    for (const name of ['sh', 'bash', 'env', 'cat', 'ls', 'mkdir', 'rm', 'dirname', 'readlink', 'git'])
      await symlink(join('/usr/bin', name), join(root, 'bin', name));
    // The login shell alone knows where programs are.
    const shell = `#!/bin/sh\nfor word; do :; done\nPATH=${join(root, 'bin')} exec /bin/sh -c "$word"\n`;
    await writeFile(join(root, 'shell'), shell, { mode: 0o755 });
    return computer;
  }

  /** Puts a program from the cache, with what lies beside it, onto PATH. Links: nothing of it may be changed. */
  async install(name: string, program: string): Promise<void> {
    const [, folder = ''] = /^(.*)\/node_modules\//.exec(program) ?? [];
    const copy = join(this.#root, name);
    await mkdir(copy);
    const from = join(folder, 'node_modules');
    await run('cp', ['-al', from, copy]).catch(() => run('cp', ['-a', from, copy]));
    await symlink(join(copy, program.slice(folder.length)), join(this.#root, 'bin', name));
  }

  /** Starts the app as a desktop would: with hardly a PATH. */
  async startApp(): Promise<ChildProcess> {
    await this.#ownedByUser();
    const display = await this.#display();
    const env = { ...this.#env('/nowhere'), ...display };
    const child = this.#spawn(join(this.#app, 'paseo-desktop'), [], env);
    this.#programs.push(child);
    return child;
  }

  /** The command line of the package, by a link elsewhere. */
  async paseo(...args: string[]): Promise<string> {
    const link = join(this.#root, 'paseo');
    await symlink(join(this.#app, 'resources/bin/paseo'), link).catch(() => undefined);
    const [program, words] = asUser(link, args);
    const options = { env: this.#env(join(this.#root, 'bin')), cwd: this.project, timeout: 60_000 };
    return (await run(program, words, options)).stdout;
  }

  async remove(): Promise<void> {
    for (const program of this.#programs.splice(0)) {
      if (program.exitCode !== null || program.signalCode !== null) continue;
      const ended = new Promise((resolve) => program.once('exit', resolve));
      program.kill('SIGTERM');
      await ended;
    }
    await endAgentProcesses(this.paseoHome);
    await rm(this.#root, { recursive: true, force: true });
  }

  #env(path: string): NodeJS.ProcessEnv {
    return {
      PATH: path,
      HOME: this.home,
      PASEO_HOME: this.paseoHome,
      SHELL: join(this.#root, 'shell'),
      LANG: 'C.UTF-8',
    };
  }

  #spawn(program: string, args: string[], env: NodeJS.ProcessEnv): ChildProcess {
    const [first, rest] = asUser(program, args);
    return spawn(first, rest, { env, cwd: this.home, stdio: 'ignore' });
  }

  /** The display of the tests, for a user who may not read our files. */
  async #display(): Promise<NodeJS.ProcessEnv> {
    const { DISPLAY, XAUTHORITY } = process.env;
    if (XAUTHORITY === undefined) return { DISPLAY };
    const copy = join(this.home, 'Xauthority');
    await copyFile(XAUTHORITY, copy);
    if (ORDINARY !== null) await chown(copy, ORDINARY, ORDINARY);
    return { DISPLAY, XAUTHORITY: copy };
  }

  async #ownedByUser(): Promise<void> {
    if (ORDINARY === null) return;
    const all = await readdir(this.home, { recursive: true });
    for (const name of ['', ...all]) await chown(join(this.home, name), ORDINARY, ORDINARY);
  }
}

function asUser(program: string, args: string[]): [string, string[]] {
  if (ORDINARY === null) return [program, args];
  const user = [`--reuid=${ORDINARY}`, `--regid=${ORDINARY}`, '--clear-groups'];
  // By its path: the user's PATH need not have it.
  return ['/usr/bin/setpriv', [...user, program, ...args]];
}
