import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EntryBody } from '../../../src-shared/wire/timeline.ts';
import { fitBody, jsonBytes, MAX_BODY_BYTES } from './entry-bounds.ts';

type Body<Kind extends EntryBody['kind']> = Extract<EntryBody, { kind: Kind }>;

/** Texts of any length; the second character takes six times its length as JSON. */
const text = (most: number) =>
  fc.tuple(fc.constantFrom('x', '\u0001', '😀'), fc.nat({ max: most })).map(([one, length]) => {
    return one.repeat(length).slice(0, most);
  });
/** One item many times, but no more than an agent can put into a line. */
const many = <T>(item: fc.Arbitrary<T>, most: number) =>
  fc.tuple(item, fc.nat({ max: most })).map(([one, length]) => {
    return Array<T>(Math.min(length, Math.ceil(1_500_000 / jsonBytes(one)))).fill(one);
  });

const part = fc.oneof(
  text(300_000).map((value) => ({ type: 'text' as const, text: value })),
  fc.tuple(text(5000), text(5000)).map(([path, newText]) => ({ type: 'diff' as const, path, oldText: null, newText })),
  text(4096).map((uri) => ({ type: 'link' as const, uri, name: 'n', description: uri })),
);
const tool = fc.record({
  ...{ toolCallId: text(256), title: text(300_000), toolKind: text(64), status: fc.constant('completed' as const) },
  content: many(part, 2000),
  locations: many(
    text(5000).map((path) => ({ path, line: 1 })),
    2000,
  ),
  ...{ input: text(2_000_000), output: text(2_000_000) },
});
const options = many(
  text(256).map((name) => ({ optionId: name, name, kind: 'allow_once' as const })),
  16,
);
const field = fc.tuple(text(1024), fc.nat({ max: 100 })).map(([value, count]) => ({
  ...{ type: 'choice' as const, name: 'message', label: value, description: value, required: true, initial: null },
  choices: Array.from({ length: count }, () => ({ value, label: value, description: value })),
}));
const body: fc.Arbitrary<EntryBody> = fc.oneof(
  tool.map((fields) => ({ kind: 'tool' as const, ...fields })),
  fc.tuple(tool, options).map(([fields, offered]) => {
    return { kind: 'permission' as const, requestId: 'r', ...fields, options: offered };
  }),
  fc.tuple(text(600_000), many(text(4096), 50)).map(([said, mentions]) => {
    return { kind: 'user' as const, text: said, by: null, mentions };
  }),
  many(text(5000), 3000).map((steps) => {
    return { kind: 'plan' as const, steps: steps.map((step) => ({ text: step, status: 'x', priority: 'x' })) };
  }),
  fc.tuple(many(field, 64), text(600_000)).map(([fields, message]) => {
    return { kind: 'question' as const, questionId: 'q', message, fields, url: null, toolCallId: null };
  }),
  fc.dictionary(fc.constantFrom('text', 'data', 'other', 'message'), text(16_384)).map((values) => {
    return { kind: 'question-answer' as const, questionId: 'q', action: 'accept' as const, values, by: null };
  }),
  text(2_000_000).map((data) => ({ kind: 'other' as const, type: 'x', data })),
  text(2_000_000).map((name) => ({
    ...{ kind: 'permission-answer' as const, requestId: 'r', option: null },
    by: { deviceId: null, name },
  })),
);

describe('fitBody', () => {
  test('ends for every body, and makes one that fits and that clients take, with all that answers must match', () => {
    fc.assert(
      fc.property(body, (given) => {
        const fitted = fitBody(given);
        expect(jsonBytes(fitted)).toBeLessThanOrEqual(MAX_BODY_BYTES);
        EntryBody.parse(fitted);
        if (jsonBytes(given) <= MAX_BODY_BYTES) expect(fitted).toBe(given);
        if (fitted.kind === 'notice') return;
        expect(fitted.kind).toBe(given.kind);
        for (const key of ['requestId', 'toolCallId', 'options', 'fields', 'values'])
          expect(fitted[key as keyof EntryBody]).toEqual(given[key as keyof EntryBody]);
      }),
      { numRuns: 40 },
    );
  }, 60_000);

  test('keeps what a permission request asks, however much its tool has to show', () => {
    const given: Body<'permission'> = {
      ...{ kind: 'permission', requestId: 'r', toolCallId: 'c', title: 't', toolKind: 'edit', status: 'pending' },
      content: Array.from({ length: 1500 }, () => ({ type: 'text', text: '\u0001'.repeat(1000) })),
      locations: Array.from({ length: 1500 }, () => ({ path: '\u0001'.repeat(1000), line: null })),
      options: Array.from({ length: 16 }, (_, i) => ({
        ...{ optionId: `${i}${'\u0001'.repeat(250)}`, name: '\u0001'.repeat(256), kind: 'allow_once' as const },
      })),
      input: null,
      output: null,
    };
    const fitted = fitBody(given) as Body<'permission'>;
    expect(fitted.kind).toBe('permission');
    expect(fitted.options).toEqual(given.options);
    expect(fitted.content.at(-1)).toMatchObject({ text: expect.stringMatching(/^… \[cut: \d+ more\]$/) });
  });

  test('cuts texts no more than they must be', () => {
    const fitted = fitBody({ kind: 'other', type: 'x', data: 'x'.repeat(600_000) });
    expect(fitted).toMatchObject({ data: expect.stringMatching(/^x{131072}\n… \[cut: 468928 more characters\]$/) });
  });
});
