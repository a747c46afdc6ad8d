import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loginShellVariables } from './login-shell.ts';
import { processStart } from './process-start.ts';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'paseo shell ('));
});
afterEach(() => rm(home, { recursive: true, force: true }));

function ask(shell: string, env: Record<string, string> = {}, timeoutMs = 20_000) {
  return loginShellVariables({
    env: { PATH: '/usr/bin:/bin', HOME: home, SHELL: shell, ...env },
    nodePath: process.execPath,
    names: ['PATH', 'CODEX_HOME', 'NOT_SET'],
    timeoutMs,
  });
}

async function fakeShell(script: string): Promise<string> {
  const path = join(home, 'fake-shell');
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
  return path;
}

/** What a fake shell must do to answer: the command is its last word. */
const ANSWER = 'for word; do :; done; sh -c "$word"';

describe('a login shell', () => {
  test('tells what its start files set, of the wanted names alone', async () => {
    await writeFile(join(home, '.bash_profile'), 'export PATH="/from/profile:$PATH" SECRET=canary; . ~/.bashrc');
    await writeFile(
      join(home, '.bashrc'),
      'case $- in *i*) export PATH="/from/rc:$PATH" CODEX_HOME="/a \\"b\\" \\n c" ;; esac',
    );
    expect(await ask('/bin/bash')).toEqual({
      // /etc/profile may have its own idea of the rest.
      PATH: expect.stringMatching(/^\/from\/rc:\/from\/profile:.*\/usr\/bin:/),
      CODEX_HOME: '/a "b" \\n c',
    });
  });

  test('may print whatever it likes, before and after', async () => {
    const noise = 'echo "Welcome! {\\"a\\": 1}"; printf "\\033[1m\\0binary"';
    expect(await ask(await fakeShell(`${noise}; export PATH="/mine:$PATH"; ${ANSWER}; ${noise}`))).toMatchObject({
      PATH: '/mine:/usr/bin:/bin',
    });
  });

  test('is told nothing of the daemon and has no terminal', async () => {
    const shell = await fakeShell(`env > "$HOME/env"; tty > "$HOME/tty"; ${ANSWER}`);
    expect(
      await ask(shell, { ANTHROPIC_API_KEY: 'canary', NODE_OPTIONS: '--canary', PASEO_HOME: '/canary' }),
    ).not.toBeNull();
    expect(await readFile(join(home, 'env'), 'utf8')).not.toContain('canary');
    expect(await readFile(join(home, 'tty'), 'utf8')).toContain('not a tty');
  });
});

describe('nothing is learned from a shell', () => {
  test.each([
    ['that fails', 'exit 1'],
    ['that runs something else', 'echo hello'],
    [
      'that says an answer of another kind',
      'for word; do :; done; sh -c "$(printf %s "$word" | sed "s/stringify(.*)+/stringify(1)+/")"',
    ],
    ['that floods', 'yes'],
  ])('%s', async (_what, script) => {
    expect(await ask(await fakeShell(script))).toBeNull();
  });

  test('that is not there', async () => {
    expect(await ask(join(home, 'missing'))).toBeNull();
    expect(await ask('bash')).toBeNull();
  });

  test('that waits for somebody: it is ended after its time, with all that it started', async () => {
    const shell = await fakeShell('trap "" TERM HUP; sleep 600 & echo $! $$ > "$HOME/pids"; wait; sleep 600');
    expect(await ask(shell, {}, 500)).toBeNull();
    for (const pid of (await readFile(join(home, 'pids'), 'utf8')).trim().split(' ')) {
      // A killed process is gone a moment later.
      while ((await processStart(Number(pid))) !== null);
    }
  });
});

test('a program that start files leave running does not hold up the answer, and ends', async () => {
  const shell = await fakeShell(`sleep 600 & echo $! > "$HOME/pid"; ${ANSWER}`);
  expect(await ask(shell)).toMatchObject({ PATH: '/usr/bin:/bin' });
  while ((await processStart(Number(await readFile(join(home, 'pid'), 'utf8')))) !== null);
});
