import { expect, it } from 'vitest';
import { questionAnswerWords, valueWords } from './question-words.ts';
import { clockTime } from './time-words.ts';

const at = '2026-01-01T14:03:00.000Z';
const by = { deviceId: 'd', name: 'Pixel 9' };
const question = { questionId: 'q', message: 'Which?', fields: [], url: null, toolCallId: null };
const choices = [{ value: 'eu-1', label: 'Europe', description: null }];
const field = { name: 'f', label: 'F', description: null, required: true, choices };

it('says what was answered, from where and when', () => {
  expect(questionAnswerWords(question, { action: 'accept', values: {}, by, at })).toBe(
    `Answered from “Pixel 9”, ${clockTime(at)}`,
  );
  expect(questionAnswerWords(question, { action: 'cancel', values: null, by: null, at })).toBe(
    `Not answered, ${clockTime(at)}`,
  );
  expect(
    questionAnswerWords({ ...question, url: 'https://example.com' }, { action: 'accept', values: null, by, at }),
  ).toBe(`Page opened from “Pixel 9”, ${clockTime(at)}`);
});

it('tells values by their labels', () => {
  expect(valueWords({ ...field, type: 'choice', initial: null }, 'eu-1')).toBe('Europe');
  const many = { ...field, type: 'choices', initial: [], minItems: null, maxItems: null } as const;
  expect(valueWords({ ...many, initial: [] }, ['eu-1', 'x\u202e'])).toBe('Europe, x⟨U+202E⟩');
  expect(valueWords({ ...many, initial: [] }, undefined)).toBe('No answer');
  expect(valueWords({ ...field, type: 'boolean', initial: null }, false)).toBe('No');
});
