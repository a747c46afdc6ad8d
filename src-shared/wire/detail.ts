import { z } from 'zod';
import { Timestamp } from '../ids.ts';
import { MAX_QUEUED_PROMPTS, QUEUED_TEXT_CHARS } from '../limits.ts';
import { Attachment } from './content.ts';
import { Actor } from './timeline.ts';

/** Something about an agent's session that a person may choose: its mode, its model, how hard it thinks. */
export const SessionOption = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('select'),
    id: z.string().max(256),
    name: z.string().max(256),
    description: z.string().max(2048).nullable(),
    /** `mode`, `model`, `thought_level` or what the agent says. */
    category: z.string().max(64).nullable(),
    value: z.string().max(512),
    choices: z
      .array(
        z.strictObject({
          value: z.string().max(512),
          name: z.string().max(512),
          description: z.string().max(2048).nullable(),
          group: z.string().max(256).nullable(),
        }),
      )
      .max(500),
  }),
  z.strictObject({
    type: z.literal('boolean'),
    id: z.string().max(256),
    name: z.string().max(256),
    description: z.string().max(2048).nullable(),
    category: z.string().max(64).nullable(),
    value: z.boolean(),
  }),
]);
export type SessionOption = z.infer<typeof SessionOption>;

/** A command of the agent itself, typed as `/name`. */
export const AgentCommand = z.strictObject({
  name: z.string().max(256),
  description: z.string().max(2048),
  /** What may follow the name; null when nothing does. */
  hint: z.string().max(512).nullable(),
});
export type AgentCommand = z.infer<typeof AgentCommand>;

/** How full the model's context is, in tokens, and what the session has cost so far. */
export const Usage = z.strictObject({
  used: z.number().min(0),
  size: z.number().min(0),
  cost: z.strictObject({ amount: z.number(), currency: z.string().max(16) }).nullable(),
});
export type Usage = z.infer<typeof Usage>;

/** A message that waits for the running turn to end. */
export const QueuedPrompt = z.strictObject({
  id: z.string().max(64),
  /** Its beginning where it is not `whole`: `queue.read` has the rest. */
  text: z.string().max(QUEUED_TEXT_CHARS),
  whole: z.boolean(),
  attachments: z.array(Attachment).max(20),
  mentions: z.array(z.string().max(4096)).max(50),
  by: Actor,
  at: Timestamp,
});
export type QueuedPrompt = z.infer<typeof QueuedPrompt>;

/** What a follower of one agent sees beside its timeline. Of a session that does not run: as last known. */
export const AgentDetail = z.strictObject({
  options: z.array(SessionOption).max(32),
  commands: z.array(AgentCommand).max(500),
  usage: Usage.nullable(),
  /** Whether the agent takes images inside a prompt; otherwise it gets them as files. */
  takesImages: z.boolean(),
  /** Oldest first. */
  queue: z.array(QueuedPrompt).max(MAX_QUEUED_PROMPTS),
  /** The last turn was stopped or failed: the queue waits until a person goes on. */
  queuePaused: z.boolean(),
  /** What to type in a terminal of the daemon's machine to go on there; null while there is no session. */
  continueCommand: z.string().max(8192).nullable(),
  /** The agent wants a login: what to run, and the ways it names. */
  login: z
    .strictObject({
      command: z.string().max(1024).nullable(),
      methods: z
        .array(z.strictObject({ name: z.string().max(256), description: z.string().max(2048).nullable() }))
        .max(16),
    })
    .nullable(),
});
export type AgentDetail = z.infer<typeof AgentDetail>;
