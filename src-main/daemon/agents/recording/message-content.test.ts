import { beforeEach, describe, expect, test } from 'vitest';
import type { EntryBody } from '../../../../src-shared/wire/timeline.ts';
import { EntryBody as EntryBodySchema } from '../../../../src-shared/wire/timeline.ts';
import { SessionState } from '../acp/session-state.ts';
import type { KeepFile } from './shown-content.ts';
import { UpdateRecorder } from './update-recorder.ts';

let bodies: EntryBody[];
let room: boolean;
let recorder: UpdateRecorder;

beforeEach(() => {
  bodies = [];
  room = true;
  const timeline = {
    append: (body: EntryBody) => (bodies.push(EntryBodySchema.parse(body)), { seq: bodies.length, at: '', body }),
    extend: (kind: 'message' | 'thought', text: string) => {
      const last = bodies.at(-1);
      if (last?.kind === kind) last.text += text;
      else bodies.push({ kind, text });
    },
  };
  const keep: KeepFile = ({ base64, name, mimeType }) =>
    room ? { id: 'a'.repeat(16), name, mimeType, size: base64.length } : null;
  const clock = { now: () => 0, after: () => () => {} };
  const state = new SessionState(() => {});
  recorder = new UpdateRecorder({ timeline, clock, state, attachments: { keep }, onTitle: () => {} });
});

const chunk = (type: string, content: object, more: object = {}) => ({
  sessionUpdate: `${type}_chunk`,
  content,
  ...more,
});
const say = (text: string, messageId?: string | null) =>
  recorder.record(chunk('agent_message', { type: 'text', text }, { messageId }));

describe('a message', () => {
  test('grows, and a new one begins with its id', () => {
    say('one ', 'm1');
    say('two', 'm1');
    say('three', 'm2');
    say('', 'm3');
    recorder.record(chunk('agent_thought', { type: 'text', text: 'hm' }, { messageId: 'm2' }));
    say(' four', 'm2');
    expect(bodies).toEqual([
      { kind: 'message', text: 'one two' },
      { kind: 'message', text: 'three' },
      { kind: 'thought', text: 'hm' },
      { kind: 'message', text: ' four' },
    ]);
  });

  test('grows without ids as well', () => {
    say('one ');
    say('two', null);
    expect(bodies).toEqual([{ kind: 'message', text: 'one two' }]);
  });

  test('shows images, sounds, links and texts', () => {
    const blocks = [
      { type: 'image', data: 'AAAA', mimeType: 'image/png', uri: 'file:///tmp/shot.png?x' },
      { type: 'audio', data: 'AAAA', mimeType: 'audio/wav' },
      { type: 'resource_link', uri: 'https://example.com/a', name: 'a', title: 'A page', description: 'What it is' },
      { type: 'resource', resource: { uri: 'file:///a.txt', text: 'words' } },
      { type: 'resource', resource: { uri: 'file:///a.pdf', blob: 'AAAA', mimeType: 'application/pdf' } },
      { type: 'image', data: '', mimeType: 'image/png', uri: 'https://example.com/b.png' },
    ];
    for (const block of blocks) recorder.record(chunk('agent_message', block));
    const attachment = { id: 'a'.repeat(16), size: 4 };
    expect(bodies.map((body) => (body.kind === 'content' ? body.block : body))).toEqual([
      { type: 'attachment', attachment: { ...attachment, name: 'shot.png', mimeType: 'image/png' } },
      { type: 'attachment', attachment: { ...attachment, name: 'audio', mimeType: 'audio/wav' } },
      { type: 'link', uri: 'https://example.com/a', name: 'A page', description: 'What it is' },
      { type: 'resource', uri: 'file:///a.txt', text: 'words' },
      { type: 'attachment', attachment: { ...attachment, name: 'a.pdf', mimeType: 'application/pdf' } },
      { type: 'link', uri: 'https://example.com/b.png', name: 'b.png', description: null },
    ]);
  });

  test('says what it cannot keep, and bounds what is too long', () => {
    room = false;
    recorder.record(chunk('agent_message', { type: 'image', data: 'A'.repeat(400), mimeType: 'image/png' }));
    recorder.record(chunk('agent_message', { type: 'resource_link', uri: `data:,${'x'.repeat(9000)}`, name: 'n' }));
    expect(bodies[0]).toMatchObject({ block: { text: '[image/png, 300 bytes: not kept]' } });
    expect(JSON.stringify(bodies[1]).length).toBeLessThan(500);
  });
});

describe('an error of the model that is told like an answer', () => {
  const thread = (type: string) =>
    recorder.record({ sessionUpdate: 'session_info_update', _meta: { codex: { threadStatus: { type } } } });

  test('is no message, and its text is the message in the JSON of the service', () => {
    recorder.beginTurn('hi');
    thread('active');
    say('a real word', 'm1');
    thread('systemError');
    say('{"error":{"message":"scripted 400","type":"x"}}\n\n');
    expect(bodies).toEqual([{ kind: 'message', text: 'a real word' }]);
    expect(recorder.takeFailure()).toBe('scripted 400');
    expect(recorder.takeFailure()).toBeNull();
  });

  test('is told in its own words when they are no JSON, and without any when there are none', () => {
    thread('systemError');
    say('{broken ');
    say('and more');
    thread('idle');
    expect(recorder.takeFailure()).toBe('{broken and more');
    thread('systemError');
    expect(recorder.takeFailure()).toBe('The model reported an error.');
  });

  test('that was got over does not fail the turn, and is not lost', () => {
    thread('systemError');
    say('try again');
    thread('active');
    say('fine', 'm1');
    expect(recorder.takeFailure()).toBeNull();
    expect(bodies).toEqual([
      { kind: 'notice', level: 'warning', text: 'try again' },
      { kind: 'message', text: 'fine' },
    ]);
  });

  test('is not lost when the daemon ends before the turn does', () => {
    thread('systemError');
    say('out of order');
    recorder.settle();
    recorder.settle();
    expect(bodies).toEqual([{ kind: 'notice', level: 'error', text: 'out of order' }]);
    expect(recorder.takeFailure()).toBe('out of order');
  });

  test('does not take words that have an id, or a turn that went well', () => {
    thread('idle');
    say('no id');
    thread('systemError');
    say('with id', 'm1');
    expect(bodies).toEqual([
      { kind: 'message', text: 'no id' },
      { kind: 'message', text: 'with id' },
    ]);
  });
});

describe('notices and compactions', () => {
  test('become notices', () => {
    recorder.record({ sessionUpdate: 'notice', severity: 'warning', title: 'Old', description: 'Update it.' });
    recorder.record({ sessionUpdate: 'notice', severity: 'strange', title: 'Hm' });
    expect(bodies).toEqual([
      { kind: 'notice', level: 'warning', text: 'Old\nUpdate it.' },
      { kind: 'notice', level: 'info', text: 'Hm' },
    ]);
  });

  test('tell a summary once, whether it comes in pieces or as a whole', () => {
    const words = (text: string) => ({ type: 'text', text });
    const update = (status: string, more: object = {}) =>
      recorder.record({ sessionUpdate: 'compaction_update', compactionId: 'c', status, ...more });
    update('in_progress');
    update('in_progress');
    for (const text of ['so ', 'far'])
      recorder.record({ sessionUpdate: 'compaction_summary_chunk', compactionId: 'c', content: words(text) });
    update('completed', { summary: [words('so far')] });
    recorder.record({
      sessionUpdate: 'compaction_update',
      compactionId: 'd',
      status: 'completed',
      summary: [words('whole')],
    });
    recorder.record({ sessionUpdate: 'compaction_update', compactionId: 'e', status: 'failed', error: 'too long' });
    expect(bodies.map((body) => ('text' in body ? body.text : ''))).toEqual([
      'The agent is making the conversation shorter for its model.',
      'so far',
      'The agent made the conversation shorter for its model.',
      'The agent made the conversation shorter for its model.',
      'whole',
      'The agent could not make the conversation shorter. too long',
    ]);
  });
});

describe('what the person said', () => {
  const user = (content: object, messageId?: string) => chunk('user_message', content, { messageId });
  const text = (value: string) => ({ type: 'text', text: value });

  test('begins the turns of an import, each with its end', () => {
    recorder.replay(user(text('Do '), 'u1'));
    recorder.replay(user(text('this'), 'u1'));
    recorder.replay(chunk('agent_message', text('Done'), { messageId: 'm1' }));
    recorder.replay(user({ ...text('for the model'), annotations: { audience: ['assistant'] } }));
    recorder.replay(user(text('And that'), 'u2'));
    recorder.replay(user({ type: 'image', data: 'AAAA', mimeType: 'image/png' }, 'u2'));
    recorder.replay(user(text('And more'), 'u3'));
    recorder.endReplay();
    const end = { kind: 'turn-end', reason: 'end_turn', error: null };
    expect(bodies).toMatchObject([
      { kind: 'user', text: 'Do this', by: null },
      { kind: 'message', text: 'Done' },
      end,
      { kind: 'user', text: 'And that', by: null, attachments: [{ mimeType: 'image/png' }] },
      end,
      { kind: 'user', text: 'And more', by: null },
      end,
    ]);
  });

  test('is not told again in a turn, unless it is something else', () => {
    recorder.beginTurn('Do this now');
    recorder.record(user(text('Do this ')));
    recorder.record(user(text('now')));
    say('Yes');
    recorder.record(user(text('Stop that')));
    recorder.settle();
    expect(bodies).toEqual([
      { kind: 'message', text: 'Yes' },
      { kind: 'content', from: 'user', block: { type: 'resource', uri: '', text: 'Stop that' } },
    ]);
  });
});

test('options that the agent changes are told; that they are as before is not', () => {
  const option = (value: string) => ({
    ...{ type: 'select', id: 'mode', name: 'Mode', category: 'mode', currentValue: value },
    options: [
      { value: 'plan', name: 'Plan first' },
      { value: 'do', name: 'Do it' },
    ],
  });
  recorder.observe({ sessionUpdate: 'config_option_update', configOptions: [option('plan')] });
  recorder.record({ sessionUpdate: 'config_option_update', configOptions: [option('plan')] });
  recorder.record({ sessionUpdate: 'current_mode_update', currentModeId: 'do' });
  recorder.record({ sessionUpdate: 'config_option_update', configOptions: [option('do')] });
  expect(bodies).toEqual([{ kind: 'option', name: 'Mode', value: 'Do it', by: null }]);
});
