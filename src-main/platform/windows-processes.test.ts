import { describe, expect, test } from 'vitest';
import { familyOf } from './process-census.ts';
import { parseWindowsProcesses } from './windows-processes.ts';

const LIST = [
  '100 1 5000 agent-host.exe',
  '200 100 6000 node.exe',
  '300 200 7000 cmd.exe',
  '400 300 8000 ping.exe',
  '500 999 7500 left-behind.exe',
  '600 200 5500 older-than-its-parent.exe',
  'garbage',
  '',
].join('\r\n');

function pids(group: number, list = LIST): number[] {
  return familyOf(parseWindowsProcesses(list), 'someagent', { group }, 'win32').map(({ pid }) => pid);
}

describe('processes on Windows', () => {
  test('belong to a program when it started them, or what it started did', () => {
    expect(pids(200)).toEqual([200, 300, 400]);
  });

  test('belong to it also after it has ended', () => {
    expect(pids(999)).toEqual([500]);
    expect(pids(200, LIST.replace(/^200 .*$/m, ''))).toEqual([300, 400, 600]);
  });

  test('do not belong to a later process that got the number of their parent', () => {
    expect(pids(200)).not.toContain(600);
  });

  test('are told with their names and starts', () => {
    expect(parseWindowsProcesses(LIST)[1]).toEqual({
      ...{ pid: 200, parent: 100, group: 100, started: 6000, marks: [], command: 'node.exe' },
    });
  });
});
