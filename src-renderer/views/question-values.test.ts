import { describe, expect, it } from 'vitest';
import type { QuestionField } from '../../src-shared/wire/question.ts';
import { checkDraft, firstDraft } from './question-values.ts';

const base = { name: 'f', label: 'F', description: null, required: false };
const text = { ...base, type: 'text', format: null, minLength: null, maxLength: null, initial: null } as const;
const number = { ...base, type: 'number', integer: false, minimum: null, maximum: null, initial: null } as const;
const choices = ['a', 'b', 'c'].map((value) => ({ value, label: value.toUpperCase(), description: null }));
const one = { ...base, type: 'choice', choices, initial: null } as const;
const many = { ...base, type: 'choices', choices, minItems: null, maxItems: null, initial: [] as string[] } as const;

function check(field: QuestionField, typed: string | boolean | string[]) {
  const { values, errors } = checkDraft([field], new Map([[field.name, typed]]));
  return errors.get(field.name) ?? values[field.name];
}

describe('checkDraft', () => {
  it('takes what the agent proposed when nothing was changed', () => {
    const fields: QuestionField[] = [
      { ...text, name: 't', initial: 'hi' },
      { ...number, name: 'n', initial: 4 },
      { ...base, name: 'b', type: 'boolean', initial: true },
      { ...one, name: 'c', initial: 'b' },
      { ...many, name: 'm', initial: ['a'] },
    ];
    expect(checkDraft(fields, firstDraft(fields))).toEqual({
      values: { t: 'hi', n: 4, b: true, c: 'b', m: ['a'] },
      errors: new Map(),
    });
  });

  it('leaves empty optional fields out and asks for required ones', () => {
    const fields = [text, number, one, many];
    for (const field of fields) {
      expect(checkDraft([field], firstDraft([field]))).toEqual({ values: {}, errors: new Map() });
      const required = { ...field, required: true };
      expect(checkDraft([required], firstDraft([required])).errors.get('f')).toMatch(/Fill this in|Choose/);
    }
    expect(check({ ...text, required: true }, '  ')).toBe('Fill this in.');
  });

  it('holds numbers to their kind and range', () => {
    expect([' 4 ', '4,5', '-1'].map((typed) => check(number, typed))).toEqual([4, 4.5, -1]);
    expect(check(number, 'four')).toBe('Enter a number.');
    expect(check({ ...number, integer: true }, '4.5')).toBe('Enter a whole number.');
    expect(check({ ...number, minimum: 2 }, '1')).toBe('Enter 2 or more.');
    expect(check({ ...number, maximum: 2 }, '3')).toBe('Enter 2 or less.');
  });

  it('holds text to its length and format', () => {
    expect(check({ ...text, minLength: 3 }, 'ab')).toMatch(/at least 3/);
    expect(check({ ...text, maxLength: 3 }, 'abcd')).toMatch(/at most 3/);
    expect(check({ ...text, format: 'email' }, 'ana')).toMatch(/mail address/);
    expect(check({ ...text, format: 'email' }, 'ana@example.com')).toBe('ana@example.com');
    expect(check({ ...text, format: 'uri' }, 'example')).toMatch(/whole address/);
    expect(check({ ...text, format: 'date' }, '2026-02-03')).toBe('2026-02-03');
    expect(check({ ...text, format: 'date' }, 'tomorrow')).toMatch(/Enter a date/);
    expect(check({ ...text, format: 'date-time' }, '2026-02-03T10:00')).toBe(new Date(2026, 1, 3, 10).toISOString());
    expect(check({ ...text, format: 'unheard-of' }, 'x')).toBe('x');
  });

  it('holds choices to what is offered and how many', () => {
    expect(check(one, 'b')).toBe('b');
    expect(check({ ...one, required: true }, 'z')).toBe('Choose one.');
    expect(check({ ...many, minItems: 2 }, ['a'])).toBe('Choose at least 2.');
    expect(check({ ...many, maxItems: 1 }, ['a', 'b'])).toBe('Choose at most 1.');
    expect(check(many, ['a', 'c'])).toEqual(['a', 'c']);
  });

  it('is not confused by a field that is named like a property of every object', () => {
    const fields: QuestionField[] = [{ ...text, name: '__proto__', required: true }];
    expect(checkDraft(fields, new Map()).errors.get('__proto__')).toBe('Fill this in.');
    const { values } = checkDraft(fields, new Map([['__proto__', 'x']]));
    expect(Object.entries(values)).toEqual([['__proto__', 'x']]);
  });
});
