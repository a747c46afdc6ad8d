import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { continueCommand } from './continue-command.ts';

test('runs the words in the folder, whatever both are called', () => {
  for (const word of ["it's", '$(id)', '`id`', 'a b', '"', '--help', '\n']) {
    const line = continueCommand('/usr/bin', ['printf', '<%s>', word], 'linux')!;
    expect(execFileSync('sh', ['-c', `${line}; pwd`], { encoding: 'utf8' })).toBe(`<${word}>/usr/bin\n`);
  }
});

test('is a line for cmd.exe on Windows, and none for words that cannot be given safely there', () => {
  expect(continueCommand('C:\\My work', ['claude', '--resume', 'a-1'], 'win32')).toBe(
    'cd /d "C:\\My work" && claude --resume a-1',
  );
  expect(continueCommand('C:\\work', ['codex', 'resume', 'a-1'], 'win32')).toBe('cd /d C:\\work && codex resume a-1');
  for (const word of ['a"b', '%PATH%', 'a\r\nb', '^', '!x!'])
    expect(continueCommand('C:\\work', ['claude', word], 'win32')).toBeNull();
});
