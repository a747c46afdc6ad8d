import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { EntryBody, TimelineEntry } from '../../../../src-shared/wire/timeline.ts';
import { TimelineLog } from '../../timeline/timeline-log.ts';
import { QuestionDesk } from './question-desk.ts';

let folder: string;
let timeline: TimelineLog;
let desk: QuestionDesk;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'paseo-questions-'));
  timeline = await TimelineLog.create(join(folder, 'timeline.jsonl'));
  desk = new QuestionDesk(timeline, () => {});
});

afterEach(async () => {
  await timeline.close();
  await rm(folder, { recursive: true });
});

const BY = { deviceId: 'devicexx', name: 'Phone' };
const never = new AbortController().signal;
const FORM = {
  ...{ mode: 'form', message: 'Which colour?', toolCallId: 'tool' },
  requestedSchema: {
    properties: { colour: { type: 'string', title: 'Colour', oneOf: [{ const: 'Red', title: 'Red' }] } },
    required: ['colour'],
  },
};
const PAGE = { mode: 'url', message: 'Log in', elicitationId: 'e1', url: 'https://example.com/login' };

async function entries(): Promise<TimelineEntry[]> {
  return timeline.page(timeline.lastSeq + 1, 200);
}
async function bodies(): Promise<EntryBody[]> {
  return (await entries()).map(({ body }) => body);
}

describe('a question', () => {
  test('is shown, gets the first answer, and tells who gave it', async () => {
    const asked = desk.ask('q1', FORM, never);
    expect(desk.pending).toEqual([{ questionId: 'q1', seq: 1, message: 'Which colour?' }]);
    await desk.answer('q1', { action: 'accept', values: { colour: 'Red' } }, BY);
    await expect(asked).resolves.toEqual({ action: 'accept', content: { colour: 'Red' } });
    await expect(desk.answer('q1', { action: 'decline', values: null }, BY)).rejects.toMatchObject({
      code: 'already_answered',
    });
    await expect(desk.answer('q2', { action: 'decline', values: null }, BY)).rejects.toMatchObject({
      code: 'not_found',
    });
    expect(await bodies()).toEqual([
      {
        ...{ kind: 'question', questionId: 'q1', message: 'Which colour?', url: null, toolCallId: 'tool' },
        fields: [
          {
            ...{ type: 'choice', name: 'colour', label: 'Colour', description: null, required: true, initial: null },
            choices: [{ value: 'Red', label: 'Red', description: null }],
          },
        ],
      },
      { kind: 'question-answer', questionId: 'q1', action: 'accept', values: { colour: 'Red' }, by: BY },
    ]);
    expect(desk.pending).toEqual([]);
  });

  test('stays open when an answer does not fit, and says which field is wrong', async () => {
    const asked = desk.ask('q1', FORM, never);
    for (const values of [null, {}, { colour: 'Green' }, { colour: 'Red', other: 1 }]) {
      const answer = desk.answer('q1', { action: 'accept', values }, BY);
      await expect(answer).rejects.toMatchObject({
        code: 'bad_request',
        message: expect.stringMatching(/"(Colour|other)"/),
      });
    }
    expect(desk.pending).toHaveLength(1);
    await desk.answer('q1', { action: 'decline', values: null }, BY);
    await expect(asked).resolves.toEqual({ action: 'decline' });
  });

  test('is durable before its answer is given, and not given when it cannot be', async () => {
    const asked = desk.ask('q1', FORM, never);
    const flush = timeline.flush.bind(timeline);
    timeline.flush = () => Promise.reject(new Error('no space'));
    await expect(desk.answer('q1', { action: 'accept', values: { colour: 'Red' } }, BY)).rejects.toMatchObject({
      code: 'not_saved',
    });
    timeline.flush = flush;
    await expect(asked).resolves.toEqual({ action: 'cancel' });
    expect((await bodies()).slice(-3)).toMatchObject([
      { kind: 'question-answer', action: 'accept', by: BY },
      { kind: 'question-answer', action: 'cancel', by: null },
      { kind: 'notice', level: 'error' },
    ]);
    const later = new QuestionDesk(timeline, () => {});
    later.restore(await entries());
    await expect(later.ask('q1', FORM, never)).resolves.toEqual({ action: 'cancel' });
  });

  test('is closed when the agent takes it back, when the turn ends, and when its page was visited', async () => {
    const back = new AbortController();
    const asked = [desk.ask('q1', FORM, back.signal), desk.ask('q2', PAGE, never), desk.ask('q3', FORM, never)];
    back.abort();
    desk.complete('unknown');
    desk.complete('e1');
    desk.cancelAll();
    await expect(Promise.all(asked)).resolves.toEqual([
      { action: 'cancel' },
      { action: 'accept', content: {} },
      { action: 'cancel' },
    ]);
    expect((await bodies()).filter(({ kind }) => kind === 'question-answer')).toMatchObject([
      { questionId: 'q1', action: 'cancel', by: null },
      { questionId: 'q2', action: 'accept', by: null },
      { questionId: 'q3', action: 'cancel', by: null },
    ]);
  });

  test('that is one too many, or comes too late, is cancelled without an entry', async () => {
    const asked = Array.from({ length: 32 }, (_, i) => desk.ask(`q${i}`, FORM, never));
    await expect(desk.ask('more', FORM, never)).resolves.toEqual({ action: 'cancel' });
    await expect(desk.ask('late', FORM, AbortSignal.abort())).resolves.toEqual({ action: 'cancel' });
    expect(timeline.lastSeq).toBe(32);
    desk.cancelAll();
    await Promise.all(asked);
  });
});

describe('what is too large', () => {
  const choices = (count: number, title: string) => ({
    ...{ mode: 'form', message: 'Which?' },
    requestedSchema: {
      properties: Object.fromEntries(
        Array.from({ length: 64 }, (_, i) => {
          const oneOf = Array.from({ length: count }, (__, j) => ({
            const: `${j} ${title}`,
            title,
            description: title,
          }));
          return [`f${i}`, { type: 'string', oneOf }];
        }),
      ),
    },
  });

  test('of a question is declined, and the person is told', async () => {
    await expect(desk.ask('q1', choices(100, 'x'.repeat(40)), never)).resolves.toEqual({ action: 'decline' });
    expect(desk.pending).toEqual([]);
    expect(await bodies()).toEqual([
      { kind: 'notice', level: 'warning', text: expect.stringContaining('too large to be shown') },
    ]);
  });

  test('of an answer is refused, and the question stays open', async () => {
    const properties = Object.fromEntries(Array.from({ length: 64 }, (_, i) => [`f${i}`, { type: 'string' }]));
    const asked = desk.ask('q1', { mode: 'form', message: 'Tell me', requestedSchema: { properties } }, never);
    const values = Object.fromEntries(Object.keys(properties).map((name) => [name, 'x'.repeat(16_000)]));
    await expect(desk.answer('q1', { action: 'accept', values }, BY)).rejects.toMatchObject({ code: 'bad_request' });
    expect(desk.pending).toHaveLength(1);
    await desk.answer('q1', { action: 'accept', values: { f0: 'short' } }, BY);
    await expect(asked).resolves.toEqual({ action: 'accept', content: { f0: 'short' } });
  });

  test('is shown whole while it fits: the choices are those that the agent knows', async () => {
    const form = choices(20, 'x'.repeat(40));
    const asked = desk.ask('q1', form, never);
    expect(await bodies()).toMatchObject([
      { kind: 'question', fields: Array.from({ length: 64 }, () => ({ choices: { length: 20 } })) },
    ]);
    await desk.answer('q1', { action: 'accept', values: { f63: `19 ${'x'.repeat(40)}` } }, BY);
    await expect(asked).resolves.toMatchObject({ action: 'accept' });
  });
});

describe('a question of an earlier run of the daemon', () => {
  test('is answered under its entry when the agent asks again, and gets the answer that was given', async () => {
    void desk.ask('q1', FORM, never);
    void desk.ask('q2', FORM, never);
    await desk.answer('q2', { action: 'accept', values: { colour: 'Red' } }, BY);
    const later = new QuestionDesk(timeline, () => {});
    later.restore(await entries());
    expect(later.pending).toMatchObject([{ questionId: 'q1', seq: 1 }]);
    await expect(later.ask('q2', FORM, never)).resolves.toEqual({ action: 'accept', content: { colour: 'Red' } });
    const asked = later.ask('q1', FORM, never);
    expect(timeline.lastSeq).toBe(3);
    await later.answer('q1', { action: 'decline', values: null }, BY);
    await expect(asked).resolves.toEqual({ action: 'decline' });
  });

  test('is closed when nobody asks again', async () => {
    void desk.ask('q1', FORM, never);
    const later = new QuestionDesk(timeline, () => {});
    later.restore(await entries());
    later.closeRestored();
    expect(later.pending).toEqual([]);
    expect((await bodies()).at(-1)).toMatchObject({ kind: 'question-answer', action: 'cancel', by: null });
  });

  test('can be answered before the agent asks again: the answer waits for it', async () => {
    void desk.ask('q1', FORM, never);
    const later = new QuestionDesk(timeline, () => {});
    later.restore(await entries());
    await later.answer('q1', { action: 'decline', values: null }, BY);
    await expect(later.ask('q1', FORM, never)).resolves.toEqual({ action: 'decline' });
  });
});
