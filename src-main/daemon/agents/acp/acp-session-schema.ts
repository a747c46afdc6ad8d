import { z } from 'zod';
import { lenientArray, optionalText } from './acp-schema.ts';

/** What ACP (version 1) says about a session as such: its options, commands and usage. As loose as `acp-schema.ts`. */
const id = (limit: number) => z.string().min(1).max(limit);

export const ConfigChoice = z.looseObject({ value: id(512), name: z.string(), description: optionalText });
export const ChoiceGroup = z.looseObject({ name: z.string(), options: lenientArray(ConfigChoice) });
export type ConfigChoice = z.infer<typeof ConfigChoice>;

const optionBase = { id: id(256), name: z.string(), description: optionalText, category: optionalText };
export const ConfigOption = z.discriminatedUnion('type', [
  z.looseObject({
    type: z.literal('select'),
    ...optionBase,
    currentValue: z.string().max(512),
    /** Either choices or groups of them. */
    options: lenientArray(z.union([ChoiceGroup, ConfigChoice])),
  }),
  z.looseObject({ type: z.literal('boolean'), ...optionBase, currentValue: z.boolean() }),
]);
export type ConfigOption = z.infer<typeof ConfigOption>;

export const ConfigOptions = z.looseObject({ configOptions: z.array(z.unknown()) });

/** Older than configuration options; some agents have both and some only these. */
const Modes = z.looseObject({
  currentModeId: id(512),
  availableModes: lenientArray(z.looseObject({ id: id(512), name: z.string(), description: optionalText })),
});
const Models = z.looseObject({
  currentModelId: id(512),
  availableModels: lenientArray(z.looseObject({ modelId: id(512), name: z.string(), description: optionalText })),
});
export const SessionFacts = z.looseObject({
  modes: Modes.nullish().catch(null),
  models: Models.nullish().catch(null),
  configOptions: z.array(z.unknown()).nullish().catch(null),
});
export const CurrentMode = z.looseObject({ currentModeId: id(512) });

export const Commands = z.looseObject({
  availableCommands: z.array(z.unknown()),
});
export const Command = z.looseObject({
  name: z.string().min(1).max(256),
  description: z.string().catch(''),
  input: z.looseObject({ hint: z.string() }).nullish().catch(null),
});

const amount = z.number().min(0);
export const UsageUpdate = z.looseObject({
  used: amount,
  size: amount,
  cost: z
    .looseObject({ amount: z.number(), currency: z.string().max(16) })
    .nullish()
    .catch(null),
});

const flag = z.boolean().catch(false).default(false);
/** Present, whatever it is: `{}` says yes. */
const present = z
  .unknown()
  .optional()
  .transform((value) => value !== undefined && value !== null);
/** `agentCapabilities` of `initialize`; what is malformed or missing is not there. */
export const AgentCapabilities = z.looseObject({
  loadSession: flag,
  promptCapabilities: z
    .looseObject({ image: flag, audio: flag, embeddedContext: flag })
    .catch({ image: false, audio: false, embeddedContext: false })
    .default({ image: false, audio: false, embeddedContext: false }),
  sessionCapabilities: z
    .looseObject({ resume: present, list: present, close: present })
    .catch({ resume: false, list: false, close: false })
    .default({ resume: false, list: false, close: false }),
});
export const Initialized = z.looseObject({
  agentCapabilities: AgentCapabilities.nullish().catch(null),
  authMethods: lenientArray(z.looseObject({ name: z.string(), description: optionalText })),
});
