import { beforeEach, expect, test } from 'vitest';
import type { EntryBody } from '../../../../src-shared/wire/timeline.ts';
import { EntryBody as EntryBodySchema } from '../../../../src-shared/wire/timeline.ts';
import { titleOf } from '../agent-title.ts';
import { SessionState } from '../acp/session-state.ts';
import type { KeepFile } from './shown-content.ts';
import { UpdateRecorder } from './update-recorder.ts';

let bodies: EntryBody[];
let now: number;
let due: (() => void) | null;
let titles: string[];
let files: string[];
let state: SessionState;
let recorder: UpdateRecorder;

beforeEach(() => {
  bodies = [];
  titles = [];
  now = 0;
  due = null;
  const timeline = {
    append: (body: EntryBody) => (bodies.push(EntryBodySchema.parse(body)), { seq: bodies.length, at: '', body }),
    extend: (kind: 'message' | 'thought', text: string) => void bodies.push({ kind, text }),
  };
  const clock = { now: () => now, after: (_ms: number, run: () => void) => ((due = run), () => (due = null)) };
  files = [];
  const keep: KeepFile = ({ base64, name, mimeType }) => {
    files.push(base64);
    return { id: 'a'.repeat(16), name, mimeType, size: base64.length };
  };
  state = new SessionState(() => {});
  recorder = new UpdateRecorder({
    ...{ timeline, clock, state, attachments: { keep } },
    onTitle: (title) => titles.push(title),
  });
});

const tool = (fields: object) => recorder.record({ sessionUpdate: 'tool_call_update', toolCallId: 't', ...fields });
const text = (value: string) => [{ type: 'content', content: { type: 'text', text: value } }];

test('a tool update says only what changed, and nothing when nothing did', () => {
  recorder.record({ sessionUpdate: 'tool_call', toolCallId: 't', title: 'Run', kind: 'execute', rawInput: { a: 1 } });
  now = 1000;
  tool({ title: 'Run', kind: 'execute', status: 'in_progress', rawInput: { a: 1 } });
  tool({ title: 'Run', kind: 'execute', status: 'in_progress', rawInput: { a: 1 } });
  tool({ title: 'Ran', status: 'completed', rawOutput: null });
  recorder.settle();
  expect(bodies.slice(1)).toEqual([
    { kind: 'tool-update', toolCallId: 't', status: 'in_progress' },
    { kind: 'tool-update', toolCallId: 't', status: 'completed', title: 'Ran', output: 'null' },
  ]);
});

test('a tool that repeats its output is recorded now and then, and its end at once', () => {
  tool({ title: 'Build', status: 'in_progress' });
  for (now = 1; now < 400; now++) tool({ content: text('line '.repeat(now)) });
  expect(bodies).toHaveLength(1);
  due!();
  expect(bodies[1]).toMatchObject({ kind: 'tool-update', content: [{ text: 'line '.repeat(399) }] });
  tool({ content: text('almost') });
  tool({ status: 'completed' });
  expect(bodies.slice(2)).toMatchObject([{ content: [{ text: 'almost' }], status: 'completed' }]);
});

test('what is malformed is kept as it came', () => {
  const odd = [
    null,
    'text',
    { sessionUpdate: 7 },
    { sessionUpdate: 'tool_call' },
    { sessionUpdate: 'plan', entries: 'none' },
    { sessionUpdate: 'agent_message_chunk', content: { type: 'audio' } },
    { sessionUpdate: 'hologram', data: [1] },
    { sessionUpdate: 'notice' },
    { sessionUpdate: 'compaction_update' },
    { sessionUpdate: 'current_mode_update', currentModeId: 5 },
  ];
  for (const update of odd) recorder.record(update);
  expect(bodies.map((body) => (body.kind === 'other' ? (JSON.parse(body.data) as unknown) : body))).toEqual(odd);
});

test('odd parts of a tool call cost only themselves', () => {
  recorder.record({
    ...{ sessionUpdate: 'tool_call', toolCallId: 'x'.repeat(999), kind: 'k'.repeat(99), status: 'sleeping' },
    content: [...text('good'), { type: 'hologram' }, { type: 'diff', path: '/a', newText: 'n' }, 7],
    locations: [{ path: '/a', line: 'x' }, { line: 3 }],
  });
  expect(bodies).toMatchObject([
    {
      ...{ kind: 'tool', title: 'Tool', status: 'pending', toolCallId: 'x'.repeat(256) },
      content: [
        { type: 'text', text: 'good' },
        { type: 'diff', path: '/a', oldText: null, newText: 'n' },
      ],
      locations: [{ path: '/a', line: null }],
    },
  ]);
});

test('state of the session stays out, its title is handed on', () => {
  recorder.record({ sessionUpdate: 'usage_update', used: 1, size: 2 });
  recorder.record({ sessionUpdate: 'available_commands_update', availableCommands: [{ name: 'go', description: '' }] });
  recorder.record({ sessionUpdate: 'session_info_update', title: 'A name' });
  expect(bodies).toEqual([]);
  expect(titles).toEqual(['A name']);
  expect(state.detail()).toMatchObject({ usage: { used: 1, size: 2 }, commands: [{ name: 'go' }] });
});

test('state that cannot be understood is shown once, however often it is repeated', () => {
  for (let i = 0; i < 5; i++) recorder.record({ sessionUpdate: 'usage_update', used: 'many' });
  expect(bodies).toMatchObject([{ kind: 'other', type: 'usage_update' }]);
});

test('a title is one short line without control characters', () => {
  expect(titleOf('\n  Fix\u001b[31m the\tbug  \nand more')).toBe('Fix');
  expect(titleOf(' a  b ')).toBe('a b');
  expect(Array.from(titleOf('😀'.repeat(200)))).toHaveLength(80);
  expect(titleOf('\u0000\n')).toBe('Untitled');
});
