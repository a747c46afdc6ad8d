import type { AgentCommand, SessionOption } from '../../../../src-shared/wire/detail.ts';
import {
  MAX_AGENT_COMMANDS,
  MAX_DESCRIPTION_CHARS,
  MAX_OPTION_CHOICES,
  MAX_SESSION_CHOICES,
  MAX_SESSION_OPTIONS,
} from '../../limits.ts';
import { splitText } from '../../timeline/entry-bounds.ts';
import { ChoiceGroup, Command, ConfigChoice, ConfigOption } from './acp-session-schema.ts';
import type { SessionFacts } from './acp-session-schema.ts';
import type { z } from 'zod';

/** An option as clients see it, and by which of ACP's requests it is set. */
export interface HeldOption {
  readonly via: 'config' | 'mode' | 'model';
  readonly option: SessionOption;
}

type Select = Extract<SessionOption, { type: 'select' }>;
type Choice = Select['choices'][number];

/** What an agent offers, each thing once: where it has a configuration option for the mode or the model, its older list is left out. */
export function shownOptions(facts: Partial<z.infer<typeof SessionFacts>>): HeldOption[] {
  let room = MAX_SESSION_CHOICES;
  const take = (choices: readonly Choice[], value: string): Choice[] => {
    const taken = withCurrent(choices.slice(0, Math.min(room, MAX_OPTION_CHOICES)), value);
    room = Math.max(0, room - taken.length);
    return taken;
  };
  const held = (facts.configOptions ?? []).slice(0, MAX_SESSION_OPTIONS - 2).flatMap((raw): HeldOption[] => {
    const { data } = ConfigOption.safeParse(raw);
    if (data === undefined) return [];
    const { id, name, description, category, currentValue: value } = data;
    const shown = { id, name: cut(name, 256), description: cut(description), category: cut(category, 64) };
    if (data.type === 'boolean')
      return [{ via: 'config', option: { type: 'boolean', ...shown, value: data.currentValue } }];
    return [
      {
        via: 'config',
        option: {
          type: 'select',
          ...shown,
          value: data.currentValue,
          choices: take(flat(data.options ?? []), String(value)),
        },
      },
    ];
  });
  const ids = new Set(held.map(({ option }) => option.id));
  const lacks = (category: string) => !ids.has(category) && !held.some(({ option }) => option.category === category);
  if (facts.modes != null && lacks('mode')) {
    const choices = (facts.modes.availableModes ?? []).map(({ id, name, description }) =>
      choice(id, name, description),
    );
    held.push({
      via: 'mode',
      option: legacy('mode', 'Mode', facts.modes.currentModeId, take(choices, facts.modes.currentModeId)),
    });
  }
  if (facts.models != null && lacks('model')) {
    const value = facts.models.currentModelId;
    const choices = (facts.models.availableModels ?? []).map((one) => choice(one.modelId, one.name, one.description));
    held.push({ via: 'model', option: legacy('model', 'Model', value, take(choices, value)) });
  }
  return held.filter(({ option }, at) => held.findIndex((other) => other.option.id === option.id) === at);
}

export function shownCommands(commands: readonly unknown[]): AgentCommand[] {
  return commands.slice(0, MAX_AGENT_COMMANDS).flatMap((raw) => {
    const { data } = Command.safeParse(raw);
    if (data === undefined) return [];
    const { name, description, input } = data;
    return [{ name, description: cut(description), hint: cut(input?.hint, 512) }];
  });
}

/** The options with another value for one of them; unchanged when that one does not take it. */
export function withChoice(options: readonly HeldOption[], optionId: string, value: string | boolean): HeldOption[] {
  return options.map((held) => {
    const { via, option } = held;
    if (option.id !== optionId) return held;
    if (option.type === 'boolean') return typeof value === 'boolean' ? { via, option: { ...option, value } } : held;
    if (typeof value !== 'string') return held;
    return { via, option: { ...option, value, choices: withCurrent(option.choices, value) } };
  });
}

/** A value as people read it. */
export function shownChoice(option: SessionOption | undefined, value: string | boolean): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  const choices = option?.type === 'select' ? option.choices : [];
  return choices.find((one) => one.value === value)?.name ?? value;
}

/** At most `limit` UTF-16 units, no half character at the end. */
export function cut(text: string, limit?: number): string;
export function cut(text: string | null | undefined, limit?: number): string | null;
export function cut(text: string | null | undefined, limit = MAX_DESCRIPTION_CHARS): string | null {
  if (text == null || text.length <= limit) return text ?? null;
  return `${splitText(text, limit - 1)[0]}…`;
}

function legacy(category: 'mode' | 'model', name: string, value: string, choices: Choice[]): Select {
  return { type: 'select', id: category, name, description: null, category, value, choices };
}

function flat(options: NonNullable<Extract<ConfigOption, { type: 'select' }>['options']>): Choice[] {
  return options.flatMap((one) => {
    const choice = ConfigChoice.safeParse(one);
    if (choice.success) return [shown(choice.data)];
    const group = ChoiceGroup.parse(one);
    return (group.options ?? []).map((inner) => ({ ...shown(inner), group: cut(group.name, 256) }));
  });
}

function shown({ value, name, description }: ConfigChoice): Choice {
  return choice(value, name, description);
}

function choice(value: string, name: string, description: string | null | undefined): Choice {
  return { value, name: cut(name, 256), description: cut(description), group: null };
}

/** With the current value among them: agents may use one that they do not offer. */
function withCurrent(choices: readonly Choice[], value: string): Choice[] {
  const known = choices.some((one) => one.value === value);
  return known ? [...choices] : [...choices.slice(0, MAX_OPTION_CHOICES - 1), choice(value, value, null)];
}
