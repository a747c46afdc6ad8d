import { z } from 'zod';
import { LogId, Seq, Timestamp } from '../ids.ts';
import { Attachment, AttachmentBlock, ContentBlock, LinkBlock } from './content.ts';
import { Question, QuestionAction, QuestionValues } from './question.ts';

/** One way to answer a permission request. Choose by `kind`: ids differ per agent. */
export const PermissionOption = z.strictObject({
  optionId: z.string().max(256),
  name: z.string().max(256),
  kind: z.enum(['allow_once', 'allow_always', 'reject_once', 'reject_always']),
});
export type PermissionOption = z.infer<typeof PermissionOption>;

/** What a tool shows: text, a file change, the output of a command, an image or a link. */
export const ToolContent = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text'), text: z.string() }),
  z.strictObject({ type: z.literal('diff'), path: z.string(), oldText: z.string().nullable(), newText: z.string() }),
  z.strictObject({
    type: z.literal('terminal'),
    terminalId: z.string(),
    output: z.string(),
    /** Exit code, once it ended. */
    exitCode: z.int().nullable().optional(),
  }),
  AttachmentBlock,
  LinkBlock,
]);
export type ToolContent = z.infer<typeof ToolContent>;

const ToolStatus = z.enum(['pending', 'in_progress', 'completed', 'failed']);

const toolFields = {
  toolCallId: z.string().max(256),
  title: z.string(),
  /** ACP tool kind (read, edit, execute, ...); unknown kinds pass as they are. */
  toolKind: z.string().max(64),
  status: ToolStatus,
  content: z.array(ToolContent),
  locations: z.array(z.strictObject({ path: z.string(), line: z.int().nullable() })),
  /** Input and output as the agent gave them, as JSON text; null when absent. */
  input: z.string().nullable(),
  output: z.string().nullable(),
};

/** Who did something: a person at a device, or the owner of the machine. */
export const Actor = z.strictObject({ deviceId: z.string().nullable(), name: z.string() });
export type Actor = z.infer<typeof Actor>;

/**
 * What one entry of a timeline says. `message` and `thought` grow while they are the newest entry; every other entry is
 * final: a later entry (`tool-update`, `permission-answer`) refers back to it by id.
 */
export const EntryBody = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('user'),
    text: z.string(),
    /** null: said in the agent's own terminal program, before the session was imported. */
    by: Actor.nullable(),
    attachments: z.array(Attachment).max(20).optional(),
    /** Files of the working folder, relative to it. */
    mentions: z.array(z.string().max(4096)).max(50).optional(),
  }),
  z.strictObject({ kind: z.literal('message'), text: z.string() }),
  z.strictObject({ kind: z.literal('thought'), text: z.string() }),
  /** Part of a message that is not text. */
  z.strictObject({ kind: z.literal('content'), from: z.enum(['user', 'message', 'thought']), block: ContentBlock }),
  z.strictObject({ kind: z.literal('tool'), ...toolFields }),
  z.strictObject({
    kind: z.literal('tool-update'),
    toolCallId: toolFields.toolCallId,
    title: toolFields.title.optional(),
    toolKind: toolFields.toolKind.optional(),
    status: toolFields.status.optional(),
    content: toolFields.content.optional(),
    locations: toolFields.locations.optional(),
    input: toolFields.input.optional(),
    output: toolFields.output.optional(),
  }),
  z.strictObject({
    kind: z.literal('plan'),
    steps: z.array(z.strictObject({ text: z.string(), status: z.string().max(32), priority: z.string().max(32) })),
  }),
  z.strictObject({
    kind: z.literal('permission'),
    requestId: z.string().max(64),
    ...toolFields,
    options: z.array(PermissionOption).max(16),
  }),
  z.strictObject({
    kind: z.literal('permission-answer'),
    requestId: z.string().max(64),
    /** null with `by`: refused without one of the options. */
    option: PermissionOption.nullable(),
    /** null: nobody answered; the turn was cancelled, cut or ended by the agent. */
    by: Actor.nullable(),
  }),
  z.strictObject({
    kind: z.literal('turn-end'),
    /** An ACP stop reason, or ours: `failed` (the agent or its model reported an error), `interrupted` (the turn was cut). */
    reason: z.enum(['end_turn', 'max_tokens', 'max_turn_requests', 'refusal', 'cancelled', 'failed', 'interrupted']),
    error: z.string().nullable(),
    /** Tokens of this turn, where the agent counts them. */
    tokens: z.strictObject({ input: z.int(), output: z.int(), total: z.int() }).nullable().optional(),
  }),
  z.strictObject({ kind: z.literal('question'), ...Question.shape }),
  z.strictObject({
    kind: z.literal('question-answer'),
    questionId: z.string().max(64),
    action: QuestionAction,
    values: QuestionValues.nullable(),
    /** null: nobody answered. */
    by: Actor.nullable(),
  }),
  /** A session option changed: `value` as people read it. `by` null: the agent changed it. */
  z.strictObject({
    kind: z.literal('option'),
    name: z.string().max(256),
    value: z.string().max(512),
    by: Actor.nullable(),
  }),
  z.strictObject({ kind: z.literal('notice'), level: z.enum(['info', 'warning', 'error']), text: z.string() }),
  /** An ACP update this version does not know: kept and shown as such, never dropped. `data` is its JSON text. */
  z.strictObject({ kind: z.literal('other'), type: z.string().max(128), data: z.string() }),
]);
export type EntryBody = z.infer<typeof EntryBody>;

export const TimelineEntry = z.strictObject({ seq: Seq, at: Timestamp, body: EntryBody });
export type TimelineEntry = z.infer<typeof TimelineEntry>;

/**
 * "I have everything up to entry `seq`, and `offset` UTF-16 code units of its text" (0 for entries that do not grow).
 * `seq` 0 means nothing yet.
 */
export const Cursor = z.strictObject({
  logId: LogId,
  seq: z.int().min(0),
  offset: z.int().min(0),
});
export type Cursor = z.infer<typeof Cursor>;

/** More text for an entry the client already has: put at `offset` (UTF-16 code units) of entry `seq`. */
export const Growth = z.strictObject({ seq: Seq, offset: z.int().min(0), text: z.string() });
export type Growth = z.infer<typeof Growth>;
