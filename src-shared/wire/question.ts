import { z } from 'zod';

const Choice = z.strictObject({
  value: z.string().max(1024),
  label: z.string().max(1024),
  description: z.string().max(4096).nullable(),
});

const fieldBase = {
  name: z.string().max(256),
  label: z.string().max(1024),
  description: z.string().max(4096).nullable(),
  required: z.boolean(),
};

/** One field of a question's form. Source: ACP v1 elicitation, form mode. */
export const QuestionField = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('text'),
    ...fieldBase,
    /** `email`, `uri`, `date` or `date-time`; others pass and mean plain text. */
    format: z.string().max(32).nullable(),
    minLength: z.int().min(0).nullable(),
    maxLength: z.int().min(0).nullable(),
    initial: z.string().max(16_384).nullable(),
  }),
  z.strictObject({
    type: z.literal('number'),
    ...fieldBase,
    integer: z.boolean(),
    minimum: z.number().nullable(),
    maximum: z.number().nullable(),
    initial: z.number().nullable(),
  }),
  z.strictObject({ type: z.literal('boolean'), ...fieldBase, initial: z.boolean().nullable() }),
  z.strictObject({
    type: z.literal('choice'),
    ...fieldBase,
    choices: z.array(Choice).max(100),
    initial: z.string().max(1024).nullable(),
  }),
  z.strictObject({
    type: z.literal('choices'),
    ...fieldBase,
    choices: z.array(Choice).max(100),
    minItems: z.int().min(0).nullable(),
    maxItems: z.int().min(0).nullable(),
    initial: z.array(z.string().max(1024)).max(100),
  }),
]);
export type QuestionField = z.infer<typeof QuestionField>;

/** Values by field name. */
export const QuestionValues = z.record(
  z.string().max(256),
  z.union([z.string().max(16_384), z.number(), z.boolean(), z.array(z.string().max(1024)).max(100)]),
);
export type QuestionValues = z.infer<typeof QuestionValues>;

/** accept: with values; decline: the person says no; cancel: nobody answered. */
export const QuestionAction = z.enum(['accept', 'decline', 'cancel']);
export type QuestionAction = z.infer<typeof QuestionAction>;

/** What an agent asks: a form to fill in, or a page to visit. */
export const Question = z.strictObject({
  questionId: z.string().max(64),
  message: z.string(),
  fields: z.array(QuestionField).max(64),
  /** For a question that is answered on a page elsewhere: http or https. */
  url: z.string().max(4096).nullable(),
  /** The tool call that it belongs to, if any. */
  toolCallId: z.string().max(256).nullable(),
});
export type Question = z.infer<typeof Question>;
