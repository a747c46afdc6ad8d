import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import type { PermissionOption } from '../../src-shared/wire/timeline.ts';
import { askPermission } from './ask-permission.ts';
import type { CliContext } from './context.ts';

const allow: PermissionOption = { optionId: 'a', name: 'Allow', kind: 'allow_once' };
const reject: PermissionOption = { optionId: 'r', name: 'Reject', kind: 'reject_once' };
const always: PermissionOption = { optionId: 'n', name: 'Never', kind: 'reject_always' };

/** What a person answers who types one of these each time that this question is there. */
function typing(options: PermissionOption[], question: string, ...typed: string[]): Promise<string | null> {
  const [stdin, stderr] = [new PassThrough(), new PassThrough()];
  stderr.on('data', (shown) => {
    if (String(shown).includes(question)) stdin.write(`${typed.shift()}\r`);
  });
  const context = { stdin, stderr } as unknown as CliContext;
  return askPermission({ title: 'Run it', options }, new AbortController().signal, context);
}

test('asks until one of the answers is chosen', async () => {
  const question = 'Run it?  [1] Allow  [2] Reject: ';
  expect(await typing([allow, reject], question, '3', '0', 'yes', '', '2')).toBe('r');
});

test('offers a plain refusal where the agent has none', async () => {
  expect(await typing([], 'Run it?  [1] Deny: ', '1')).toBeNull();
  const question = 'Run it?  [1] Allow  [2] Never  [3] Deny: ';
  expect(await typing([allow, always], question, '3')).toBeNull();
  expect(await typing([allow, always], question, '2')).toBe('n');
});
