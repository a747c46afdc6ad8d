import { describe, expect, test } from 'vitest';
import type { PendingPermission } from '../../src-shared/wire/agent.ts';
import { agent } from './tray-facts-fixture.ts';
import type { TrayItem } from './tray-menu.ts';
import { waitingItems } from './tray-requests.ts';

const request: PendingPermission = {
  requestId: 'r1',
  seq: 3,
  title: 'npm test',
  toolKind: 'execute',
  options: [
    { optionId: 'n', name: 'No', kind: 'reject_once' },
    { optionId: 'a', name: 'Yes, and all npm commands', kind: 'allow_always' },
    { optionId: 'y', name: 'Yes', kind: 'allow_once' },
  ],
};

function submenu(change: Partial<PendingPermission>): Extract<TrayItem, { type: 'submenu' }> {
  const [item] = waitingItems(agent({ state: 'needs-you', pending: [{ ...request, ...change }] }));
  if (item?.type !== 'submenu') throw new Error('There is no submenu.');
  return item;
}

function labels({ items }: { items: readonly TrayItem[] }): string[] {
  return items.map((item) => (item.type === 'separator' ? '-' : item.label));
}

describe('waitingItems', () => {
  test('shows what would be allowed and where, and the answers by kind', () => {
    const item = submenu({});
    expect(item.label).toBe('Needs you: npm test');
    expect(labels(item)).toEqual([
      'Show in Paseo',
      '-',
      'npm test',
      'Fix the tests, in work',
      '-',
      'Allow once',
      'Always allow: Yes, and all npm commands',
      'Deny',
    ]);
    expect(item.items[5]).toMatchObject({
      action: { do: 'answer', agentId: 'aaaaaaaaaaaa', requestId: 'r1', optionId: 'y' },
    });
  });

  test('the first item answers nothing, so that a slip of the keyboard allows nothing', () => {
    expect(submenu({}).items[0]).toMatchObject({ action: { do: 'open', window: 'agents', agentId: 'aaaaaaaaaaaa' } });
  });

  test('shows a long command whole', () => {
    const title = `npm test ${'x'.repeat(100)} && rm -rf build`;
    expect(labels(submenu({ title })).slice(2, 5).join('')).toBe(title);
  });

  test.each([
    ['is too long to be shown whole', 'x'.repeat(1000)],
    ['would be shown otherwise than it is', 'npm \u202Etset'],
    ['holds something invisible', 'npm\u200b test'],
  ])('allows nothing that %s', (_why, title) => {
    const shown = labels(submenu({ title }));
    expect(shown.filter((label) => /allow (once|always)|Always allow/i.test(label))).toEqual([]);
    expect(shown).toContain('Deny');
  });

  test('can always say no, also where the agent offers no refusal', () => {
    const item = submenu({ options: [{ optionId: 'y', name: 'Go', kind: 'allow_once' }] });
    expect(item.items.at(-1)).toMatchObject({ label: 'Deny', action: { optionId: null } });
  });

  test('tells two answers of one kind apart', () => {
    const options = [
      { optionId: '1', name: 'This file', kind: 'allow_once' as const },
      { optionId: '2', name: 'This folder', kind: 'allow_once' as const },
    ];
    expect(labels(submenu({ options })).slice(5)).toEqual(['Allow once: This file', 'Allow once: This folder', 'Deny']);
  });

  test('a question leads to the window', () => {
    const questions = [{ questionId: 'q', seq: 1, message: 'Which database?' }];
    expect(waitingItems(agent({ state: 'needs-you', questions }))).toEqual([
      {
        type: 'action',
        label: 'Needs you: Which database?',
        action: { do: 'open', window: 'agents', agentId: 'aaaaaaaaaaaa' },
      },
    ]);
  });
});
