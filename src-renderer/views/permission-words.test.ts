import { describe, expect, it } from 'vitest';
import type { PermissionOption } from '../../src-shared/wire/timeline.ts';
import {
  answerWords,
  optionWords,
  permissionChoices,
  permissionSentence,
  permissionSubject,
} from './permission-words.ts';
import { clockTime } from './time-words.ts';

const option = (kind: PermissionOption['kind'], optionId: string = kind): PermissionOption => ({
  kind,
  optionId,
  name: optionId,
});
const request = {
  kind: 'permission',
  requestId: 'p',
  toolCallId: 't',
  title: 'bash',
  toolKind: 'execute',
  status: 'pending',
  content: [],
  locations: [],
  input: '{"command":"npm test"}',
  output: null,
  options: [],
} as const;
const at = '2026-01-01T14:03:00.000Z';

describe('permission words', () => {
  it('says who wants what', () => {
    expect(permissionSentence({ ...request, content: [], locations: [], options: [] }, 'OpenCode')).toBe(
      'OpenCode wants to run a command.',
    );
    expect(
      permissionSentence(
        { ...request, toolKind: 'edit', content: [], locations: [{ path: '/a/b.ts', line: null }], options: [] },
        'OpenCode',
      ),
    ).toBe('OpenCode wants to change b.ts.');
  });

  it('does not hide further files behind the first one', () => {
    const diff = (path: string) => ({ type: 'diff', path, oldText: null, newText: 'x' }) as const;
    const content = [diff('/a/b.ts'), diff('/a/c.ts'), diff('/a/c.ts')];
    expect(permissionSentence({ ...request, toolKind: 'edit', content, locations: [], options: [] }, 'OpenCode')).toBe(
      'OpenCode wants to change 2 files.',
    );
  });

  it('shows the command itself, not what the agent calls it', () => {
    expect(permissionSubject({ ...request, content: [], locations: [], options: [] })).toBe('npm test');
  });
});

describe('permissionChoices', () => {
  it('chooses by kind, whatever the ids and the order', () => {
    const options = [
      option('reject_always'),
      option('allow_always', 'allow_once'),
      option('reject_once', 'x'),
      option('allow_once', 'y'),
    ];
    const choices = permissionChoices(options);
    expect(choices.allowOnce?.optionId).toBe('y');
    expect(choices.deny?.optionId).toBe('x');
    expect(choices.others.map((entry) => entry.kind)).toEqual(['reject_always', 'allow_always']);
  });

  it('never makes "always" of a button that says once', () => {
    const choices = permissionChoices([option('allow_always'), option('reject_always')]);
    expect(choices.allowOnce).toBeNull();
    expect(choices.deny).toBeNull();
  });

  it('keeps a second option of the same kind in the menu', () => {
    expect(permissionChoices([option('allow_once', 'a'), option('allow_once', 'b')]).others).toHaveLength(1);
  });
});

describe('optionWords', () => {
  const words = (kind: PermissionOption['kind'], name: string) => optionWords({ ...option(kind), name });

  it('says by its kind what an option does, and whatever else the agent says of it', () => {
    expect(words('allow_always', 'Always Allow')).toEqual({ label: 'Always allow for this agent', note: null });
    expect(words('allow_always', 'Yes, and stop asking for npm test')).toEqual({
      label: 'Always allow for this agent',
      note: 'Yes, and stop asking for npm test',
    });
    expect(words('reject_once', 'No\u202e')).toEqual({ label: 'Deny', note: 'No⟨U+202E⟩' });
  });
});

describe('answerWords', () => {
  it('says what, from where and when', () => {
    const by = { deviceId: 'x', name: 'Pixel 9' };
    expect(answerWords({ option: option('allow_once'), by, at })).toBe(`Allowed from “Pixel 9”, ${clockTime(at)}`);
    expect(answerWords({ option: null, by, at })).toBe(`Denied from “Pixel 9”, ${clockTime(at)}`);
    expect(answerWords({ option: null, by: null, at })).toBe(`Not answered, ${clockTime(at)}`);
  });
});
