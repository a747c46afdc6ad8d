import { expect, it } from 'vitest';
import type { EntryBody } from '../../src-shared/wire/timeline.ts';
import { foldConversation } from './conversation-model.ts';
import { progressWords, quietWords } from './progress-words.ts';

const items = (bodies: EntryBody[]) =>
  foldConversation(bodies.map((body, at) => ({ seq: at + 1, at: '2026-01-01T10:00:00.000Z', body })));
const progress = (...bodies: EntryBody[]) => progressWords(items(bodies), 'working');
const user: EntryBody = { kind: 'user', text: 'x', by: null };
const run = (status: 'in_progress' | 'completed'): EntryBody => ({
  ...{ kind: 'tool', toolCallId: 't', title: 'bash', toolKind: 'execute', status },
  ...{ content: [], locations: [], input: '{"command":"npm test"}', output: null },
});

it('says what the newest part of the turn is', () => {
  expect(progress(user).doing).toBe('Working');
  expect(progress(user, { kind: 'thought', text: 'hm' }).doing).toBe('Thinking');
  expect(progress(user, { kind: 'message', text: 'hm' }).doing).toBe('Writing');
  expect(progress(user, run('in_progress')).doing).toBe('Running npm test');
  expect(progress(user, run('completed')).doing).toBe('Working');
});

it('says first of all that a person has to answer', () => {
  expect(progressWords(items([user, run('in_progress')]), 'needs-you').doing).toBe('Waiting for your answer');
  expect(progressWords([], 'starting').doing).toBe('Starting');
});

it('tells how far the plan of this turn is, not that of an earlier one', () => {
  const plan: EntryBody = {
    kind: 'plan',
    steps: [
      { text: 'a', status: 'completed', priority: 'medium' },
      { text: 'b', status: 'pending', priority: 'medium' },
    ],
  };
  expect(progress(user, plan, run('in_progress'))).toEqual({ doing: 'Running npm test', plan: '1 of 2 done' });
  expect(progress(user, plan, { kind: 'turn-end', reason: 'end_turn', error: null }, user).plan).toBeNull();
});

it('says when nothing comes for longer than a model usually thinks', () => {
  expect(quietWords(29_999)).toBeNull();
  expect(quietWords(30_000)).toBe('nothing new for 30 s');
  expect(quietWords(59_999)).toBe('nothing new for 59 s');
  expect(quietWords(179_999)).toBe('nothing new for 2 min');
});
