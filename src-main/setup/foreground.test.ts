import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { oncePerBurst } from './here.mjs';

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
/** Says when it is ready, what signals it gets, and ends with code 7 at SIGTERM. */
const PROGRAM = `
process.on('SIGINT', () => console.log('SIGINT'));
process.on('SIGTERM', () => { console.log('SIGTERM'); process.exit(7); });
setInterval(() => {}, 1000);
console.log('ready');
`;

/** Its child inherits standard output, and would keep it open for a minute. */
const LEAVING_A_CHILD = `
import { spawn } from 'node:child_process';
spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)'], { stdio: 'inherit' }).unref();
console.log('left one behind');
process.exit();
`;
const FOREGROUND = `import { foreground } from 'FOREGROUND'; process.exitCode = await foreground(process.execPath, ['PROGRAM']);`;
const RUN_HERE = `import { runHere } from 'HERE'; await runHere('PROGRAM', []);`;

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'paseo-foreground-'));
  writeFileSync(path.join(folder, 'program.mjs'), PROGRAM);
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('oncePerBurst', () => {
  it('drops copies that come right after a signal and keeps a deliberate second one', () => {
    let now = 0;
    const got: string[] = [];
    const deliver = oncePerBurst(
      (signal: string) => void got.push(signal),
      () => now,
    );
    for (const [time, signal] of [
      [0, 'SIGINT'],
      [10, 'SIGINT'],
      [20, 'SIGTERM'],
      [2000, 'SIGINT'],
    ] as const) {
      now = time;
      deliver(signal);
    }
    expect(got).toEqual(['SIGINT', 'SIGINT']);
  });
});

/** Writes a program that runs ours, and returns its path. */
function wrapperFor(code: string): string {
  const wrapper = path.join(folder, 'wrapper.mjs');
  const program = path.join(folder, 'program.mjs');
  const filled = code.replace('FOREGROUND', here('foreground.mjs')).replace('HERE', here('here.mjs'));
  writeFileSync(wrapper, filled.replace('PROGRAM', program));
  return wrapper;
}

describe.each([
  ['foreground', FOREGROUND],
  ['runHere', RUN_HERE],
])('%s', (_name, code) => {
  it('delivers each signal once, and passes the exit code on', async () => {
    const wrapper = wrapperFor(code);
    const child = spawn(process.execPath, [wrapper], { stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = once(child, 'close');
    const lines: string[] = [];
    let gapOver: NodeJS.Timeout | undefined;
    for await (const line of createInterface(child.stdout)) {
      lines.push(line);
      if (line === 'ready') for (let copy = 0; copy < 3; copy++) child.kill('SIGINT');
      // Later than a burst: a second signal on purpose.
      if (line === 'SIGINT') gapOver ??= setTimeout(() => child.kill('SIGTERM'), 700);
    }
    expect(lines).toEqual(['ready', 'SIGINT', 'SIGTERM']);
    expect(await ended).toEqual([7, null]);
  });
});

it.runIf(process.platform === 'linux')('ends the program when the wrapper itself is killed', async () => {
  const child = spawn(process.execPath, [wrapperFor(FOREGROUND)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines: string[] = [];
  for await (const line of createInterface(child.stdout)) {
    lines.push(line);
    if (line === 'ready') child.kill('SIGKILL');
  }
  // The loop ends once nobody holds the pipe any more: the program is gone too.
  expect(lines).toContain('SIGTERM');
});

it.skipIf(process.platform === 'win32')('ends what the program leaves behind, when asked', async () => {
  writeFileSync(path.join(folder, 'program.mjs'), LEAVING_A_CHILD);
  const wrapper = wrapperFor(FOREGROUND.replace("['PROGRAM']", "['PROGRAM'], { endGroup: true }"));
  const child = spawn(process.execPath, [wrapper], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines: string[] = [];
  for await (const line of createInterface(child.stdout)) lines.push(line);
  expect(lines).toEqual(['left one behind']);
});
