import { describe, expect, it } from 'vitest';
import type { EntryBody, TimelineEntry } from '../../src-shared/wire/timeline.ts';
import { sameItem } from './conversation-items.ts';
import { foldConversation } from './conversation-model.ts';

const by = { deviceId: null, name: 'Pixel 9' };
const once = { optionId: 'a', name: 'Allow once', kind: 'allow_once' } as const;
const nothing = { content: [], locations: [], input: null, output: null };

function entries(...bodies: EntryBody[]): TimelineEntry[] {
  return bodies.map((body, at) => ({ seq: at + 1, at: '2026-01-01T10:00:00.000Z', body }));
}

function tool(toolCallId: string, toolKind: string, status: 'pending' | 'completed' = 'completed'): EntryBody {
  return { kind: 'tool', toolCallId, title: `${toolKind} ${toolCallId}`, toolKind, status, ...nothing };
}

const kinds = (list: TimelineEntry[]) => foldConversation(list).map((item) => item.kind);

describe('foldConversation', () => {
  it('folds updates into their tool call, also after other entries', () => {
    const items = foldConversation(
      entries(
        tool('t1', 'execute', 'pending'),
        { kind: 'message', text: 'Meanwhile' },
        { kind: 'tool-update', toolCallId: 't1', status: 'completed', output: '"ok"' },
      ),
    );
    expect(items).toHaveLength(2);
    expect(items[0]).toMatchObject({
      kind: 'tools',
      calls: [{ toolCallId: 't1', status: 'completed', output: '"ok"', title: 'execute t1', seq: 1 }],
    });
  });

  it('does not leave a call running that its turn did not finish, until the agent says more', () => {
    const cut = entries(tool('t1', 'execute', 'pending'), { kind: 'turn-end', reason: 'cancelled', error: null });
    expect(foldConversation(cut)[0]).toMatchObject({ calls: [{ status: 'unfinished' }] });
    const late: EntryBody = { kind: 'tool-update', toolCallId: 't1', status: 'failed' };
    const told = [...cut, ...entries(late).map((entry) => ({ ...entry, seq: 3 }))];
    expect(foldConversation(told)[0]).toMatchObject({ calls: [{ status: 'failed' }] });
  });

  it('makes a call of an update whose call is unknown', () => {
    const items = foldConversation(entries({ kind: 'tool-update', toolCallId: 'lost', title: 'Read a.ts' }));
    expect(items).toMatchObject([
      { kind: 'tools', calls: [{ toolCallId: 'lost', title: 'Read a.ts', status: 'in_progress' }] },
    ]);
  });

  it('groups neighbouring reads, and nothing that changes something', () => {
    expect(kinds(entries(tool('1', 'read'), tool('2', 'read'), tool('3', 'search'), tool('4', 'search')))).toEqual([
      'tools',
      'tools',
    ]);
    expect(foldConversation(entries(tool('1', 'execute'), tool('2', 'execute')))).toHaveLength(2);
    expect(
      foldConversation(entries(tool('1', 'read'), { kind: 'message', text: 'x' }, tool('2', 'read'))),
    ).toHaveLength(3);
  });

  it('folds an answer into its request and leaves an unanswered one open', () => {
    const request = (requestId: string): EntryBody => ({
      kind: 'permission',
      requestId,
      toolCallId: 't',
      title: 'npm test',
      toolKind: 'execute',
      status: 'pending',
      options: [once],
      ...nothing,
    });
    const items = foldConversation(
      entries(request('p1'), { kind: 'permission-answer', requestId: 'p1', option: once, by }, request('p2')),
    );
    expect(items).toMatchObject([
      { kind: 'permission', answer: { option: once, by } },
      { kind: 'permission', answer: null },
    ]);
  });

  it('shows a request what its tool call told of command and change', () => {
    const diff = { type: 'diff', path: '/a/b.ts', oldText: null, newText: 'x' } as const;
    const call = { toolCallId: 't', title: 'Write b.ts', toolKind: 'edit', status: 'pending', ...nothing } as const;
    const items = foldConversation(
      entries(
        { kind: 'tool', ...call, content: [diff], locations: [], input: '{"a":1}' },
        { kind: 'permission', requestId: 'p', options: [once], ...call, content: [], locations: [] },
      ),
    );
    expect(items[1]).toMatchObject({ kind: 'permission', request: { content: [diff], input: '{"a":1}' } });
  });

  it('ignores an answer whose request is on an older page', () => {
    expect(kinds(entries({ kind: 'permission-answer', requestId: 'old', option: once, by }))).toEqual([]);
  });

  it('keeps one plan per turn, where it first stood', () => {
    const plan = (status: string): EntryBody => ({ kind: 'plan', steps: [{ text: 'a', status, priority: 'high' }] });
    const items = foldConversation(
      entries(
        plan('pending'),
        { kind: 'message', text: 'x' },
        plan('completed'),
        { kind: 'user', text: 'y', by },
        plan('pending'),
      ),
    );
    expect(items.map((item) => item.kind)).toEqual(['plan', 'message', 'user', 'plan']);
    expect(items[0]).toMatchObject({ steps: [{ status: 'completed' }] });
  });

  it('says nothing about an ordinary end of a turn, and tells every other one', () => {
    const end = (reason: 'end_turn' | 'interrupted', error: string | null = null): EntryBody => ({
      kind: 'turn-end',
      reason,
      error,
    });
    expect(kinds(entries(end('end_turn')))).toEqual([]);
    expect(kinds(entries(end('end_turn', 'model error'), end('interrupted')))).toEqual(['turn-end', 'turn-end']);
  });

  it('ends an ordinary turn with its tokens where the agent counts them', () => {
    const tokens = { input: 900, output: 100, total: 1000 };
    expect(foldConversation(entries({ kind: 'turn-end', reason: 'end_turn', error: null, tokens }))).toMatchObject([
      { kind: 'turn-end', tokens },
    ]);
  });

  it('folds the answer to a question into it, and leaves an unanswered one open', () => {
    const question = (questionId: string): EntryBody => ({
      kind: 'question',
      questionId,
      message: 'Which one?',
      fields: [],
      url: null,
      toolCallId: null,
    });
    const answer: EntryBody = { kind: 'question-answer', questionId: 'q1', action: 'decline', values: null, by };
    expect(foldConversation(entries(question('q1'), question('q2'), answer))).toMatchObject([
      { kind: 'question', answer: { action: 'decline', by } },
      { kind: 'question', answer: null },
    ]);
  });

  it('keeps what was enclosed with a message', () => {
    const attachments = [{ id: 'abcdefghijklmnop', name: 'a.png', mimeType: 'image/png', size: 3 }];
    const user: EntryBody = { kind: 'user', text: '', by: null, attachments, mentions: ['src/a.ts'] };
    expect(foldConversation(entries(user, { kind: 'user', text: 'x', by }))).toMatchObject([
      { attachments, mentions: ['src/a.ts'], by: null },
      { attachments: [], mentions: [] },
    ]);
  });

  it('never drops what it does not know', () => {
    expect(kinds(entries({ kind: 'other', type: 'usage', data: '{}' }))).toEqual(['other']);
  });

  it('keeps the keys of rows when older entries are put before them', () => {
    const all = entries({ kind: 'message', text: 'a' }, { kind: 'message', text: 'b' }, { kind: 'message', text: 'c' });
    const newest = foldConversation(all.slice(1)).map((item) => item.key);
    expect(
      foldConversation(all)
        .map((item) => item.key)
        .slice(1),
    ).toEqual(newest);
  });
});

describe('sameItem', () => {
  it('knows a row again that was folded anew from the same entries', () => {
    const all = entries(tool('1', 'read'), tool('2', 'read'));
    expect(sameItem(foldConversation(all)[0]!, foldConversation(all)[0]!)).toBe(true);
  });

  it('sees an update deep inside a group', () => {
    const all = entries(tool('1', 'read'), tool('2', 'read', 'pending'));
    const after = [...all, ...entries({ kind: 'tool-update', toolCallId: '2', status: 'completed' })];
    expect(sameItem(foldConversation(all)[0]!, foldConversation(after)[0]!)).toBe(false);
  });
});
