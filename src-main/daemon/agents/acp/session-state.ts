import { z } from 'zod';
import type { AgentDetail, SessionOption } from '../../../../src-shared/wire/detail.ts';
import { AgentCommand, SessionOption as SessionOptionSchema, Usage } from '../../../../src-shared/wire/detail.ts';
import { AgentError } from '../agent-error.ts';
import {
  AgentCapabilities,
  Commands,
  ConfigOptions,
  CurrentMode,
  Initialized,
  SessionFacts,
  UsageUpdate,
} from './acp-session-schema.ts';
import { MAX_SESSION_OPTIONS } from '../../limits.ts';
import { cut, shownChoice, shownCommands, shownOptions, withChoice } from './session-options.ts';
import type { HeldOption } from './session-options.ts';

/** What the agent's program can do beyond the least. */
export interface SessionCapabilities {
  readonly load: boolean;
  readonly resume: boolean;
  readonly list: boolean;
  readonly close: boolean;
  readonly image: boolean;
  readonly audio: boolean;
  readonly embeddedContext: boolean;
}

/** An option that got another value: both as people read them. */
export interface OptionChange {
  readonly name: string;
  readonly value: string;
}

type Value = string | boolean;

/** What is known of an agent's session beside what happened in it. It stays when the program ends: then it is as last known. */
export class SessionState {
  readonly #onChange: () => void;
  #capabilities: SessionCapabilities = NONE;
  #authMethods: { name: string; description: string | null }[] = [];
  #options: HeldOption[] = [];
  #commands: AgentCommand[] = [];
  #usage: Usage | null = null;
  /** What a person chose, by option: to be chosen again in a new process. */
  readonly #chosen = new Map<string, Value>();
  /** Options that are being set: what the agent tells of them meanwhile is not its own doing. */
  readonly #setting = new Map<string, number>();

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  get capabilities(): SessionCapabilities {
    return this.#capabilities;
  }

  /** The ways to log in that the agent names. */
  get authMethods(): readonly { readonly name: string; readonly description: string | null }[] {
    return this.#authMethods;
  }

  /** The model in use as the agent names it, if it does. */
  get model(): string | null {
    const value = this.#options.find(({ option }) => option.category === 'model')?.option.value;
    return typeof value === 'string' ? value : null;
  }

  detail(): Pick<AgentDetail, 'options' | 'commands' | 'usage' | 'takesImages'> {
    return {
      options: this.#options.map(({ option }) => option),
      commands: this.#commands,
      usage: this.#usage,
      takesImages: this.#capabilities.image,
    };
  }

  /** The answer to `initialize`. */
  initialized(result: unknown): void {
    const { data } = Initialized.safeParse(result);
    const can = data?.agentCapabilities ?? AgentCapabilities.parse({});
    const { promptCapabilities: prompt, sessionCapabilities: session } = can;
    const { image, audio, embeddedContext } = prompt;
    const { resume, list, close } = session;
    this.#capabilities = { load: can.loadSession, resume, list, close, image, audio, embeddedContext };
    this.#authMethods = (data?.authMethods ?? [])
      .slice(0, 16)
      .map(({ name, description }) => ({ name: cut(name, 256), description: cut(description, 2048) }));
    this.#onChange();
  }

  /** The answer to `session/new`, `session/load` or `session/resume`. An agent may leave out what has not changed. */
  opened(result: unknown): void {
    const { data } = SessionFacts.safeParse(result);
    if (data === undefined || (data.modes == null && data.models == null && data.configOptions == null)) return;
    this.#options = shownOptions(data);
    this.#onChange();
  }

  /**
   * A session update. Returns the options that the agent changed by it; null when it is no update of the state, or not one that can
   * be understood.
   */
  update(type: string, update: unknown): OptionChange[] | null {
    switch (type) {
      case 'config_option_update': {
        const { data } = ConfigOptions.safeParse(update);
        return data === undefined ? null : this.#replace(shownOptions(data));
      }
      case 'current_mode_update': {
        const { data } = CurrentMode.safeParse(update);
        return data === undefined ? null : this.#replace(withMode(this.#options, data.currentModeId));
      }
      case 'available_commands_update': {
        const { data } = Commands.safeParse(update);
        if (data === undefined) return null;
        this.#commands = shownCommands(data.availableCommands);
        this.#onChange();
        return [];
      }
      case 'usage_update': {
        const { data } = UsageUpdate.safeParse(update);
        if (data === undefined) return null;
        const cost = data.cost == null ? null : { amount: data.cost.amount, currency: data.cost.currency };
        const usage = { used: data.used, size: data.size, cost: cost ?? this.#usage?.cost ?? null };
        const same = JSON.stringify(usage) === JSON.stringify(this.#usage);
        this.#usage = usage;
        if (!same) this.#onChange();
        return [];
      }
      default:
        return null;
    }
  }

  /**
   * The request that gives an option this value, without the session's id. {@link applied} or {@link refused} must follow.
   * Throws {@link AgentError} `bad_request`.
   */
  setRequest(optionId: string, value: Value): { method: string; params: Record<string, unknown> } {
    const held = this.#find(optionId);
    if (!offers(held.option, value)) {
      throw new AgentError('bad_request', `"${held.option.name}" has no such value. Choose one of those it offers.`);
    }
    this.#setting.set(optionId, (this.#setting.get(optionId) ?? 0) + 1);
    switch (held.via) {
      case 'mode':
        return { method: 'session/set_mode', params: { modeId: value } };
      case 'model':
        return { method: 'session/set_model', params: { modelId: value } };
      case 'config': {
        const typed = typeof value === 'boolean' ? { type: 'boolean' } : {};
        return { method: 'session/set_config_option', params: { configId: optionId, ...typed, value } };
      }
    }
  }

  /** The agent has done it; `result` is its answer. Returns what to tell of it. */
  applied(optionId: string, value: Value, result: unknown): OptionChange {
    this.#done(optionId);
    const { data } = ConfigOptions.safeParse(result);
    // An answer with no options in it would leave the person with none to choose from.
    const told = data === undefined ? [] : shownOptions(data);
    if (told.length > 0) this.#options = told;
    else this.#options = withChoice(this.#options, optionId, value);
    this.#chosen.set(optionId, value);
    const [oldest] = this.#chosen;
    if (this.#chosen.size > MAX_SESSION_OPTIONS && oldest !== undefined) this.#chosen.delete(oldest[0]);
    this.#onChange();
    const held = this.#options.find(({ option }) => option.id === optionId);
    return { name: held?.option.name ?? cut(optionId, 256), value: shownChoice(held?.option, value) };
  }

  refused(optionId: string): void {
    this.#done(optionId);
  }

  /** What a person chose and the session does not have, in the order of choosing: a new process begins with its own defaults. */
  forgotten(): { optionId: string; value: Value }[] {
    return [...this.#chosen]
      .map(([optionId, value]) => ({ optionId, value }))
      .filter(({ optionId, value }) => {
        const option = this.#options.find((held) => held.option.id === optionId)?.option;
        return option !== undefined && option.value !== value && offers(option, value);
      });
  }

  /** All of it as JSON, for the agent's folder. */
  snapshot(): unknown {
    return {
      capabilities: this.#capabilities,
      authMethods: this.#authMethods,
      options: this.#options,
      commands: this.#commands,
      usage: this.#usage,
      chosen: [...this.#chosen],
    } satisfies z.input<typeof Snapshot>;
  }

  /** Takes back a {@link snapshot}. What is not valid in it counts as not known. */
  restore(snapshot: unknown): void {
    const { data } = Snapshot.safeParse(snapshot);
    if (data === undefined) return;
    this.#capabilities = data.capabilities;
    this.#authMethods = data.authMethods;
    this.#options = data.options;
    this.#commands = data.commands;
    this.#usage = data.usage;
    this.#chosen.clear();
    for (const [optionId, value] of data.chosen) this.#chosen.set(optionId, value);
  }

  #find(optionId: string): HeldOption {
    const held = this.#options.find(({ option }) => option.id === optionId);
    if (held === undefined) throw new AgentError('bad_request', 'This agent has no such option. It may have changed.');
    return held;
  }

  #done(optionId: string): void {
    const others = (this.#setting.get(optionId) ?? 1) - 1;
    if (others > 0) this.#setting.set(optionId, others);
    else this.#setting.delete(optionId);
  }

  #replace(options: HeldOption[]): OptionChange[] {
    const before = new Map(this.#options.map(({ option }) => [option.id, option.value]));
    this.#options = options;
    this.#onChange();
    const changed = options.filter(({ option }) => before.has(option.id) && before.get(option.id) !== option.value);
    const own = changed.filter(({ option }) => !this.#setting.has(option.id));
    // The agent changed its mind: what the person chose before does not hold any more.
    for (const { option } of own) this.#chosen.delete(option.id);
    return own.map(({ option }) => ({ name: option.name, value: shownChoice(option, option.value) }));
  }
}

const NONE: SessionCapabilities = {
  load: false,
  resume: false,
  list: false,
  close: false,
  image: false,
  audio: false,
  embeddedContext: false,
};

const Snapshot = z.strictObject({
  capabilities: z
    .strictObject({
      load: z.boolean(),
      resume: z.boolean(),
      list: z.boolean(),
      close: z.boolean(),
      image: z.boolean(),
      audio: z.boolean(),
      embeddedContext: z.boolean(),
    })
    .catch(NONE),
  authMethods: z
    .array(z.strictObject({ name: z.string().max(256), description: z.string().max(2048).nullable() }))
    .max(16)
    .catch([]),
  options: z
    .array(z.strictObject({ via: z.enum(['config', 'mode', 'model']), option: SessionOptionSchema }))
    .max(MAX_SESSION_OPTIONS)
    .catch([]),
  commands: z.array(AgentCommand).max(500).catch([]),
  usage: Usage.nullable().catch(null),
  chosen: z
    .array(z.tuple([z.string().max(256), z.union([z.string().max(512), z.boolean()])]))
    .max(MAX_SESSION_OPTIONS)
    .catch([]),
});

function offers(option: SessionOption, value: Value): boolean {
  return option.type === 'boolean' ? typeof value === 'boolean' : option.choices.some((one) => one.value === value);
}

/** The option that is the mode, whatever way the agent offers it. */
function withMode(options: readonly HeldOption[], mode: string): HeldOption[] {
  const id = options.find(({ option }) => option.type === 'select' && option.category === 'mode')?.option.id;
  return id === undefined ? [...options] : withChoice(options, id, mode);
}
