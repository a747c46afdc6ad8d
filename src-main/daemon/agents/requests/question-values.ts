import type { QuestionField, QuestionValues } from '../../../../src-shared/wire/question.ts';
import { AgentError } from '../agent-error.ts';

/**
 * What a person filled in, checked against the fields that the agent asked for: nothing else gets through, and empty optional texts
 * are left out. Throws {@link AgentError} `bad_request` that names the field.
 */
export function checkValues(fields: readonly QuestionField[], values: QuestionValues): QuestionValues {
  const known = new Set(fields.map(({ name }) => name));
  const stray = Object.keys(values).find((name) => !known.has(name));
  if (stray !== undefined) throw refused(stray, 'is not part of this question');
  const checked = fields.flatMap((field): [string, QuestionValues[string]][] => {
    const value = Object.hasOwn(values, field.name) ? values[field.name] : undefined;
    const absent =
      value === undefined ||
      (value === '' && !field.required) ||
      (Array.isArray(value) && value.length === 0 && !field.required);
    if (value === undefined && field.required) throw refused(field.label, 'must be filled in');
    if (absent) return [];
    const wrong = problem(field, value);
    if (wrong !== null) throw refused(field.label, wrong);
    return [[field.name, value]];
  });
  return Object.fromEntries(checked);
}

/** What is wrong with a value, as the end of a sentence that begins with the field's name; null when nothing is. */
function problem(field: QuestionField, value: QuestionValues[string]): string | null {
  switch (field.type) {
    case 'text': {
      if (typeof value !== 'string') return 'must be a text';
      // Characters, not UTF-16 units: that is what JSON Schema counts.
      const length = Array.from(value).length;
      if (field.required && length === 0) return 'must be filled in';
      if (field.minLength !== null && length < field.minLength)
        return `must have at least ${field.minLength} characters`;
      if (field.maxLength !== null && length > field.maxLength)
        return `must have at most ${field.maxLength} characters`;
      return FORMATS.get(field.format ?? '')?.(value) ?? null;
    }
    case 'number': {
      if (typeof value !== 'number' || !Number.isFinite(value)) return 'must be a number';
      if (field.integer && !Number.isInteger(value)) return 'must be a whole number';
      if (field.minimum !== null && value < field.minimum) return `must be at least ${field.minimum}`;
      if (field.maximum !== null && value > field.maximum) return `must be at most ${field.maximum}`;
      return null;
    }
    case 'boolean':
      return typeof value === 'boolean' ? null : 'must be yes or no';
    case 'choice': {
      const offered = typeof value === 'string' && field.choices.some((one) => one.value === value);
      return offered ? null : 'must be one of the choices';
    }
    case 'choices': {
      if (!Array.isArray(value)) return 'must be a list of choices';
      const offered = new Set(field.choices.map((one) => one.value));
      if (value.some((one) => !offered.has(one)) || new Set(value).size < value.length)
        return 'must be some of the choices';
      const least = field.minItems ?? (field.required ? 1 : 0);
      if (value.length < least) return `needs at least ${least} of the choices`;
      if (field.maxItems !== null && value.length > field.maxItems)
        return `takes at most ${field.maxItems} of the choices`;
      return null;
    }
  }
}

const FORMATS = new Map<string, (value: string) => string | null>([
  ['email', (value) => (/^[^\s@]+@[^\s@]+$/.test(value) ? null : 'must be an e-mail address')],
  ['uri', (value) => (URL.canParse(value) ? null : 'must be an address such as https://example.com')],
  [
    'date',
    (value) => (/^\d{4}-\d{2}-\d{2}$/.test(value) && isTime(value) ? null : 'must be a date such as 2026-05-04'),
  ],
  [
    'date-time',
    (value) =>
      /^\d{4}-\d{2}-\d{2}T/.test(value) && isTime(value) ? null : 'must be a time such as 2026-05-04T10:00:00Z',
  ],
]);

function isTime(text: string): boolean {
  return !Number.isNaN(Date.parse(text));
}

function refused(name: string, why: string): AgentError {
  return new AgentError('bad_request', `"${name.slice(0, 256)}" ${why}.`);
}
