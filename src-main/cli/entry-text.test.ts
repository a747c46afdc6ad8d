import { expect, it } from 'vitest';
import type { EntryBody } from '../../src-shared/wire/timeline.ts';
import { entryText } from './entry-text.ts';

const shown = (body: EntryBody): string | undefined =>
  entryText({ seq: 1, at: '2026-01-01T10:00:00.000Z', body })?.text;

it('tells a refusal without one of the options from a request that nobody answered', () => {
  const answer = { kind: 'permission-answer', requestId: 'r', option: null } as const;
  expect(shown({ ...answer, by: { deviceId: 'd', name: 'Pixel 9' } })).toBe('  denied (Pixel 9)');
  expect(shown({ ...answer, by: null })).toBe('  nobody answered the permission request');
});

it('marks the steps of a plan, whatever the agent calls their states', () => {
  const steps = ['completed', 'in_progress', 'pending', 'constructor'].map((status) => ({
    text: status,
    status,
    priority: 'low',
  }));
  expect(shown({ kind: 'plan', steps })).toBe('  x completed\n  > in_progress\n  - pending\n  - constructor');
});
