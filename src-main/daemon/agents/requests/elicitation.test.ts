import { describe, expect, test } from 'vitest';
import type { QuestionField, QuestionValues } from '../../../../src-shared/wire/question.ts';
import { Question } from '../../../../src-shared/wire/question.ts';
import { readQuestion } from './elicitation.ts';
import { checkValues } from './question-values.ts';

const form = (properties: object, required: unknown = []) =>
  readQuestion('q', { mode: 'form', message: 'm', requestedSchema: { type: 'object', properties, required } });
const fieldsOf = (properties: object, required: unknown = []): QuestionField[] =>
  Question.parse(form(properties, required)!.question).fields;

describe('the form of an agent', () => {
  test('becomes fields of every kind, in order', () => {
    const fields = fieldsOf(
      {
        name: {
          type: 'string',
          title: 'Name',
          minLength: 1,
          maxLength: 5,
          default: 'Ada',
          format: 'email',
          pattern: '(a+)+$',
        },
        pick: { type: 'string', enum: ['a', 'b'], default: 'c' },
        count: { type: 'integer', minimum: 1, maximum: 9, default: 2 },
        share: { type: 'number', description: 'how much' },
        yes: { type: 'boolean', default: true },
        some: {
          type: 'array',
          items: { anyOf: [{ const: 'x', title: 'X', description: 'd' }] },
          minItems: 1,
          default: ['x', 'z'],
        },
        more: { type: 'array', items: { type: 'string', enum: ['k'] } },
      },
      ['name', 'count', 7],
    );
    expect(fields.map(({ name, type, required }) => `${name} ${type}${required ? ' required' : ''}`)).toEqual([
      'name text required',
      'pick choice',
      'count number required',
      'share number',
      'yes boolean',
      'some choices',
      'more choices',
    ]);
    expect(fields).toMatchObject([
      { label: 'Name', format: 'email', minLength: 1, maxLength: 5, initial: 'Ada' },
      { label: 'pick', choices: [{ value: 'a' }, { value: 'b' }], initial: null },
      { integer: true, minimum: 1, maximum: 9, initial: 2 },
      { integer: false, description: 'how much', minimum: null },
      { initial: true },
      { choices: [{ value: 'x', label: 'X', description: 'd' }], minItems: 1, initial: ['x'] },
      { choices: [{ value: 'k', label: 'k' }], initial: [] },
    ]);
  });

  test.each([
    ['an unknown mode', { mode: 'telepathy', message: 'm' }],
    ['no message', { mode: 'form', requestedSchema: {} }],
    ['no schema', { mode: 'form', message: 'm' }],
    [
      'a field of an unknown type',
      { mode: 'form', message: 'm', requestedSchema: { properties: { a: { type: 'object' } } } },
    ],
    [
      'a field that no client may answer',
      { mode: 'form', message: 'm', requestedSchema: { properties: { constructor: { type: 'string' } } } },
    ],
    [
      'too many choices',
      {
        mode: 'form',
        message: 'm',
        requestedSchema: { properties: { a: { type: 'string', enum: Array(101).fill('x') } } },
      },
    ],
    ['a program to start', { mode: 'url', message: 'm', elicitationId: 'e', url: 'vscode://open' }],
    ['a script', { mode: 'url', message: 'm', elicitationId: 'e', url: 'javascript:alert(1)' }],
    ['a file', { mode: 'url', message: 'm', elicitationId: 'e', url: 'file:///etc/passwd' }],
    [
      'an address with a password',
      { mode: 'url', message: 'm', elicitationId: 'e', url: 'https://me:secret@example.com' },
    ],
    ['no address', { mode: 'url', message: 'm', elicitationId: 'e', url: 'example.com' }],
    ['nothing', null],
  ])('with %s is declined', (_, params) => {
    expect(readQuestion('q', params)).toBeNull();
  });

  test('that is larger than any form is declined', () => {
    const properties = Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`f${i}`, { type: 'boolean' }]));
    expect(form(properties)).toBeNull();
  });

  test('is cut to what clients take', () => {
    const long = 'x'.repeat(20_000);
    const [field] = fieldsOf({ a: { type: 'string', title: long, description: long, default: long } });
    expect(field!.label.length).toBeLessThanOrEqual(1024);
    const asked = readQuestion('q', { mode: 'url', message: long, elicitationId: 'e', url: 'https://example.com/ä' });
    expect(Question.parse(asked!.question)).toMatchObject({ url: 'https://example.com/%C3%A4', fields: [] });
  });
});

describe('the answer to a form', () => {
  const fields = fieldsOf(
    {
      text: { type: 'string', minLength: 2, maxLength: 3 },
      mail: { type: 'string', format: 'email' },
      page: { type: 'string', format: 'uri' },
      day: { type: 'string', format: 'date' },
      time: { type: 'string', format: 'date-time' },
      odd: { type: 'string', format: 'toString' },
      count: { type: 'integer', minimum: 1, maximum: 3 },
      share: { type: 'number' },
      yes: { type: 'boolean' },
      pick: { type: 'string', enum: ['a', 'b'] },
      some: { type: 'array', items: { enum: ['a', 'b', 'c'] }, minItems: 2, maxItems: 2 },
      must: { type: 'string' },
    },
    ['must'],
  );
  const check = (values: QuestionValues) => checkValues(fields, { must: 'x', ...values });

  test('passes when it fits, without optional texts that were left empty', () => {
    const values = {
      ...{
        text: '😀😀😀',
        mail: 'a@b.c',
        page: 'https://x.y',
        day: '2026-05-04',
        time: '2026-05-04T10:00:00Z',
        odd: 'o',
      },
      ...{ count: 3, share: 0.5, yes: false, pick: 'b', some: ['c', 'a'] },
    };
    expect(check(values)).toEqual({ must: 'x', ...values });
    expect(check({ text: '', pick: '', some: [] })).toEqual({ must: 'x' });
  });

  test.each([
    ['text', 'a'],
    ['text', 'abcd'],
    ['text', 5],
    ['mail', 'nobody'],
    ['page', 'x y'],
    ['day', '2026-13-01'],
    ['day', '4 May'],
    ['time', '2026-05-04'],
    ['count', 0],
    ['count', 4],
    ['count', 1.5],
    ['count', '2'],
    ['share', Infinity],
    ['share', NaN],
    ['yes', 'true'],
    ['pick', 'c'],
    ['pick', ['a']],
    ['some', ['a']],
    ['some', ['a', 'a']],
    ['some', ['a', 'x']],
    ['some', ['a', 'b', 'c']],
    ['some', 'a'],
    ['must', ''],
    ['stranger', 'x'],
  ])('is refused by name: %s = %j', (name, value) => {
    expect(() => check({ [name]: value })).toThrow(
      expect.objectContaining({ code: 'bad_request', message: expect.stringContaining(`"${name}"`) }),
    );
  });

  test('must have what is required, and cannot borrow it from every object', () => {
    expect(() => checkValues(fields, {})).toThrow('"must" must be filled in.');
    const inherited = fieldsOf({ toString: { type: 'string' } }, ['toString']);
    expect(() => checkValues(inherited, {})).toThrow('"toString" must be filled in.');
  });
});
