import type { QuestionField, QuestionValues } from '../../src-shared/wire/question.ts';

/** What is in the form: text as typed (numbers too), a tick, or the chosen values. By field name; a map, since agents name them. */
export type Draft = ReadonlyMap<string, string | boolean | readonly string[]>;

export function firstDraft(fields: readonly QuestionField[]): Draft {
  return new Map(fields.map((field) => [field.name, firstValue(field)]));
}

/** The values to send, or what is wrong with which field, in words for the person. Empty optional fields are left out. */
export function checkDraft(
  fields: readonly QuestionField[],
  draft: Draft,
): { values: QuestionValues; errors: ReadonlyMap<string, string> } {
  const values: [string, QuestionValues[string]][] = [];
  const errors = new Map<string, string>();
  for (const field of fields) {
    const { value, error } = checkField(field, draft.get(field.name) ?? firstValue(field));
    if (error !== undefined) errors.set(field.name, error);
    else if (value !== undefined) values.push([field.name, value]);
  }
  return { values: Object.fromEntries(values), errors };
}

type Checked = { value?: QuestionValues[string]; error?: undefined } | { value?: undefined; error: string };

function firstValue(field: QuestionField): string | boolean | readonly string[] {
  switch (field.type) {
    case 'text':
    case 'choice':
      return field.initial ?? '';
    case 'number':
      return field.initial === null ? '' : String(field.initial);
    case 'boolean':
      return field.initial ?? false;
    case 'choices':
      return field.initial;
  }
}

function checkField(field: QuestionField, typed: string | boolean | readonly string[]): Checked {
  const text = typeof typed === 'string' ? typed : '';
  switch (field.type) {
    case 'boolean':
      return { value: typed === true };
    case 'choices':
      return checkChoices(field, Array.isArray(typed) ? typed : []);
    case 'choice':
      if (field.choices.some(({ value }) => value === text)) return { value: text };
      return field.required ? { error: 'Choose one.' } : {};
    case 'number':
      if (text.trim() === '') return field.required ? { error: 'Fill this in.' } : {};
      return checkNumber(field, Number(text.trim().replace(',', '.')));
    case 'text':
      if (text.trim() === '') return field.required ? { error: 'Fill this in.' } : {};
      return checkText(field, text);
  }
}

function checkChoices(field: Extract<QuestionField, { type: 'choices' }>, chosen: readonly string[]): Checked {
  const least = Math.max(field.minItems ?? 0, field.required ? 1 : 0);
  const most = field.maxItems ?? Infinity;
  if (chosen.length === 0 && !field.required) return {};
  if (chosen.length < least) return { error: `Choose at least ${least}.` };
  if (chosen.length > most) return { error: `Choose at most ${most}.` };
  return { value: [...chosen] };
}

function checkNumber(
  { integer, minimum, maximum }: Extract<QuestionField, { type: 'number' }>,
  value: number,
): Checked {
  if (!Number.isFinite(value)) return { error: 'Enter a number.' };
  if (integer && !Number.isInteger(value)) return { error: 'Enter a whole number.' };
  if (minimum !== null && value < minimum) return { error: `Enter ${minimum} or more.` };
  if (maximum !== null && value > maximum) return { error: `Enter ${maximum} or less.` };
  return { value };
}

function checkText(field: Extract<QuestionField, { type: 'text' }>, text: string): Checked {
  if (field.minLength !== null && text.length < field.minLength)
    return { error: `Enter at least ${field.minLength} characters.` };
  if (field.maxLength !== null && text.length > field.maxLength)
    return { error: `Enter at most ${field.maxLength} characters.` };
  switch (field.format) {
    case 'email':
      return /^[^\s@]+@[^\s@]+$/.test(text) ? { value: text } : { error: 'Enter a mail address.' };
    case 'uri':
      return URL.canParse(text) ? { value: text } : { error: 'Enter a whole address, such as https://example.com.' };
    case 'date':
      return isDate(text) ? { value: text } : { error: 'Enter a date, such as 2026-03-31.' };
    case 'date-time':
      // The field of the browser gives local time without a zone.
      return isDate(text) ? { value: new Date(text).toISOString() } : { error: 'Enter a date and a time.' };
    default:
      return { value: text };
  }
}

function isDate(text: string): boolean {
  return /^\d{4}-\d\d-\d\d/.test(text) && !Number.isNaN(Date.parse(text));
}
