import { z } from 'zod';
import type { Question, QuestionField } from '../../../../src-shared/wire/question.ts';
import { cutText } from '../../timeline/entry-bounds.ts';
import { lenientArray, optionalText } from '../acp/acp-schema.ts';
import { cut } from '../acp/session-options.ts';

/**
 * An agent's question as people get it; null for one that cannot be shown: a mode or a field that we do not know, an address that is
 * no web page. Source: ACP v1, `elicitation/create`; its schema is a small part of JSON Schema.
 */
export function readQuestion(
  questionId: string,
  params: unknown,
): { question: Question; elicitationId: string | null } | null {
  const base = Elicitation.safeParse(params);
  if (!base.success) return null;
  const { message, toolCallId } = base.data;
  const shown = {
    questionId,
    message: cutText(message, MAX_MESSAGE_CHARS),
    toolCallId: toolCallId?.slice(0, 256) ?? null,
  };
  switch (base.data.mode) {
    case 'form': {
      const form = Form.safeParse(params);
      const fields = form.success ? readFields(form.data.requestedSchema) : null;
      return fields === null ? null : { question: { ...shown, fields, url: null }, elicitationId: null };
    }
    case 'url': {
      const page = Page.safeParse(params);
      const url = page.success ? webAddress(page.data.url) : null;
      if (!page.success || url === null) return null;
      return { question: { ...shown, fields: [], url }, elicitationId: page.data.elicitationId };
    }
    default:
      return null;
  }
}

/** A question's text is read by a person. */
const MAX_MESSAGE_CHARS = 16 * 1024;
const MAX_FIELDS = 64;
/** No message of a client may have these keys. */
const UNANSWERABLE: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

const Elicitation = z.looseObject({ mode: z.string(), message: z.string(), toolCallId: optionalText });
const Page = z.looseObject({ elicitationId: z.string().min(1).max(1024), url: z.string().max(4096) });
const Form = z.looseObject({
  requestedSchema: z.looseObject({
    properties: z.record(z.string().min(1).max(256), z.unknown()).default({}),
    required: lenientArray(z.string()),
  }),
});

const whole = z.int().min(0).nullish().catch(null);
const number = z.number().nullish().catch(null);
const EnumOption = z.looseObject({ const: z.string().max(1024), title: optionalText, description: optionalText });
type EnumOption = z.infer<typeof EnumOption>;
const plainChoices = z.array(z.string().max(1024)).max(100);
const titledChoices = z.array(EnumOption).max(100);
const labels = { title: optionalText, description: optionalText };

const Property = z.discriminatedUnion('type', [
  z.looseObject({
    type: z.literal('string'),
    ...labels,
    minLength: whole,
    maxLength: whole,
    format: optionalText,
    default: optionalText,
    enum: plainChoices.nullish(),
    oneOf: titledChoices.nullish(),
  }),
  z.looseObject({ type: z.enum(['number', 'integer']), ...labels, minimum: number, maximum: number, default: number }),
  z.looseObject({ type: z.literal('boolean'), ...labels, default: z.boolean().nullish().catch(null) }),
  z.looseObject({
    type: z.literal('array'),
    ...labels,
    minItems: whole,
    maxItems: whole,
    default: plainChoices.nullish().catch(null),
    items: z.union([z.looseObject({ anyOf: titledChoices }), z.looseObject({ enum: plainChoices })]),
  }),
]);

function readFields(schema: z.infer<typeof Form>['requestedSchema']): QuestionField[] | null {
  const properties = Object.entries(schema.properties);
  if (properties.length > MAX_FIELDS) return null;
  const fields: QuestionField[] = [];
  for (const [name, raw] of properties) {
    const { data } = Property.safeParse(raw);
    if (data === undefined || UNANSWERABLE.has(name)) return null;
    const label = cut(data.title, 1024) ?? name;
    const required = schema.required?.includes(name) ?? false;
    fields.push(readField(data, { name, label, description: cut(data.description, 4096), required }));
  }
  return fields;
}

function readField(
  property: z.infer<typeof Property>,
  base: Pick<QuestionField, 'name' | 'label' | 'description' | 'required'>,
): QuestionField {
  switch (property.type) {
    case 'string': {
      const choices = property.oneOf?.map(titled) ?? property.enum?.map(plain);
      const initial = property.default ?? null;
      if (choices !== undefined) {
        return {
          type: 'choice',
          ...base,
          choices,
          initial: choices.some((one) => one.value === initial) ? initial : null,
        };
      }
      const format = property.format?.slice(0, 32) ?? null;
      const { minLength = null, maxLength = null } = property;
      return { type: 'text', ...base, format, minLength, maxLength, initial: cut(initial, 16_000) };
    }
    case 'number':
    case 'integer': {
      const { minimum = null, maximum = null } = property;
      return {
        type: 'number',
        ...base,
        integer: property.type === 'integer',
        minimum,
        maximum,
        initial: property.default ?? null,
      };
    }
    case 'boolean':
      return { type: 'boolean', ...base, initial: property.default ?? null };
    case 'array': {
      const { items, minItems = null, maxItems = null } = property;
      const choices = 'anyOf' in items ? (items.anyOf as EnumOption[]).map(titled) : items['enum'].map(plain);
      const initial = (property.default ?? []).filter((value) => choices.some((one) => one.value === value));
      return { type: 'choices', ...base, choices, minItems, maxItems, initial };
    }
  }
}

function titled({ const: value, title, description }: EnumOption) {
  return { value, label: cut(title, 1024) ?? value, description: cut(description, 4096) };
}

function plain(value: string) {
  return { value, label: value, description: null };
}

/** Only what a browser opens as a page: no `javascript:`, `file:` or program of this computer. Returned as it will be opened. */
function webAddress(text: string): string | null {
  if (!URL.canParse(text)) return null;
  const { protocol, username, password, href } = new URL(text);
  const page = (protocol === 'https:' || protocol === 'http:') && username === '' && password === '';
  return page && href.length <= 4096 ? href : null;
}
