import type { SessionOption } from '../../src-shared/wire/detail.ts';
import { revealHidden } from './visible-text.ts';

type Select = Extract<SessionOption, { type: 'select' }>;
type Choice = Select['choices'][number];

const FIRST = ['mode', 'model', 'thought_level'];

/** Mode and model first, then in the agent's own order. */
export function orderedOptions(options: readonly SessionOption[]): SessionOption[] {
  const rank = ({ category }: SessionOption) => {
    const at = FIRST.indexOf(category ?? '');
    return at < 0 ? FIRST.length : at;
  };
  return [...options].sort((a, b) => rank(a) - rank(b));
}

/** Choices in their groups, each group where it first came. What is set is offered even when the agent left it out. */
export function choiceGroups(option: Select): { group: string | null; choices: Choice[] }[] {
  const groups = new Map<string | null, Choice[]>();
  const known = option.choices.some(({ value }) => value === option.value);
  const unknown = { value: option.value, name: option.value, description: null, group: null };
  for (const choice of known ? option.choices : [unknown, ...option.choices]) {
    const group = groups.get(choice.group);
    if (group) group.push(choice);
    else groups.set(choice.group, [choice]);
  }
  return [...groups].map(([group, choices]) => ({ group, choices }));
}

/** What the agent says of the present choice, or of the option. */
export function chosenAbout(option: SessionOption): string | null {
  const choice = option.type === 'select' ? option.choices.find(({ value }) => value === option.value) : undefined;
  const about = choice?.description ?? option.description;
  return about === null ? null : revealHidden(about);
}
