import { expect, it } from 'vitest';
import type { SessionOption } from '../../src-shared/wire/detail.ts';
import { choiceGroups, chosenAbout, orderedOptions } from './option-words.ts';

type Select = Extract<SessionOption, { type: 'select' }>;
const choice = (value: string, group: string | null = null) => ({ value, name: value, description: null, group });
const select = (changes: Partial<Select>): Select => ({
  type: 'select',
  id: 'o',
  name: 'O',
  description: null,
  category: null,
  value: 'a',
  choices: [choice('a'), choice('b')],
  ...changes,
});

it('puts mode and model first and leaves the rest as the agent has it', () => {
  const options = [
    select({ id: '1' }),
    select({ id: '2', category: 'model' }),
    select({ id: '3', category: 'odd' }),
    select({ id: '4', category: 'mode' }),
  ];
  expect(orderedOptions(options).map(({ id }) => id)).toEqual(['4', '2', '1', '3']);
});

it('groups choices, also when a group comes in pieces', () => {
  const groups = choiceGroups(select({ choices: [choice('a', 'x'), choice('b', 'y'), choice('c', 'x')] }));
  expect(groups.map(({ group, choices }) => [group, choices.map(({ value }) => value)])).toEqual([
    ['x', ['a', 'c']],
    ['y', ['b']],
  ]);
});

it('offers what is set even when the agent does not list it, so that nothing else looks chosen', () => {
  expect(choiceGroups(select({ value: 'z' }))[0]?.choices[0]?.value).toBe('z');
});

it('tells what the choice means', () => {
  const about = { ...choice('a'), description: 'Asks first' };
  expect(chosenAbout(select({ description: 'How it works', choices: [about] }))).toBe('Asks first');
  expect(chosenAbout(select({ description: 'How it works' }))).toBe('How it works');
});
