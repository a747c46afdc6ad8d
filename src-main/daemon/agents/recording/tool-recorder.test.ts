import { beforeEach, expect, test } from 'vitest';
import { ManualClock } from '../../../../src-shared/manual-clock.ts';
import type { EntryBody } from '../../../../src-shared/wire/timeline.ts';
import { EntryBody as EntryBodySchema } from '../../../../src-shared/wire/timeline.ts';
import { TERMINAL_HEAD_CHARS, TERMINAL_TAIL_CHARS } from '../../limits.ts';
import { ToolCall } from '../acp/acp-schema.ts';
import { TerminalOutput } from './terminal-output.ts';
import { ToolRecorder } from './tool-recorder.ts';

let bodies: EntryBody[];
let clock: ManualClock;
let recorder: ToolRecorder;

beforeEach(() => {
  bodies = [];
  clock = new ManualClock();
  recorder = newRecorder();
});

function newRecorder(): ToolRecorder {
  const timeline = {
    append: (body: EntryBody) => (bodies.push(EntryBodySchema.parse(body)), { seq: bodies.length, at: '', body }),
  };
  const keep = ({ name, mimeType }: { name: string; mimeType: string }) => ({
    id: 'b'.repeat(16),
    name,
    mimeType,
    size: 3,
  });
  return new ToolRecorder({ timeline, clock, keep });
}

const record = (fields: object, toolCallId = 't') => recorder.record(ToolCall.parse({ toolCallId, ...fields }));
const printed = (data: string) => record({ _meta: { terminal_output: { terminal_id: 'x', data } } });
/** The newest content that was told of a call. */
function content(): unknown {
  return bodies.findLast((body) => (body.kind === 'tool' || body.kind === 'tool-update') && body.content !== undefined);
}

const terminal = { content: [{ type: 'terminal', terminalId: 'x' }] };

test('output of a command is added up in its terminal, with how it ended', () => {
  record({
    kind: 'execute',
    title: 'ls',
    status: 'in_progress',
    ...terminal,
    _meta: { terminal_info: { terminal_id: 'x' } },
  });
  for (const data of ['one\n', 'two\n', 'three\n']) printed(data);
  expect(bodies).toHaveLength(1);
  clock.advance(500);
  expect(content()).toMatchObject({
    content: [{ type: 'terminal', terminalId: 'x', output: 'one\ntwo\nthree\n', exitCode: null }],
  });
  printed('four\n');
  record({ status: 'completed', _meta: { terminal_exit: { terminal_id: 'x', exit_code: 3 } } });
  expect(bodies).toHaveLength(3);
  expect(bodies[2]).toEqual({
    ...{ kind: 'tool-update', toolCallId: 't', status: 'completed' },
    content: [{ type: 'terminal', terminalId: 'x', output: 'one\ntwo\nthree\nfour\n', exitCode: 3 }],
  });
  recorder.settle();
  expect(bodies).toHaveLength(3);
  expect(clock.armed).toBe(0);
});

test('a terminal that the call does not show comes last, and so does output that names none', () => {
  record({ status: 'in_progress', content: [{ type: 'content', content: { type: 'text', text: 'first' } }] });
  record({ _meta: { terminal_output_delta: { data: 'out' } } });
  record({ status: 'completed' });
  expect(content()).toMatchObject({
    content: [
      { type: 'text', text: 'first' },
      { type: 'terminal', terminalId: 't', output: 'out' },
    ],
  });
});

test('long output is short while the command runs, and has its beginning and its end when it is over', () => {
  record({ status: 'in_progress', ...terminal });
  const line = `${'x'.repeat(99)}\n`;
  for (let i = 0; i < 2000; i++) printed(line);
  clock.advance(500);
  const running = outputOf(content());
  expect(running.length).toBeLessThan(13_000);
  record({ status: 'completed' });
  const whole = outputOf(content());
  expect(whole.length).toBeLessThan(TERMINAL_HEAD_CHARS + TERMINAL_TAIL_CHARS + 50);
  const missing = Number(/\[cut: (\d+) more/.exec(whole)![1]);
  expect(missing + whole.length - `\n… [cut: ${missing} more characters]\n`.length).toBe(200_000);
});

test('images, links and texts of a tool are shown as such', () => {
  const parts = [
    { type: 'image', data: 'AAAA', mimeType: 'image/png' },
    { type: 'resource_link', uri: 'https://example.com', name: 'x' },
    { type: 'resource', resource: { uri: 'file:///a', text: 'words' } },
    { type: 'hologram' },
  ];
  record({ content: parts.map((part) => ({ type: 'content', content: part })) });
  expect(content()).toMatchObject({
    content: [
      { type: 'attachment', attachment: { mimeType: 'image/png' } },
      { type: 'link', uri: 'https://example.com' },
      { type: 'text', text: 'words' },
      { type: 'text', text: '[hologram]' },
    ],
  });
});

test('a permission request shows what its call said before', () => {
  const diff = { type: 'diff', path: '/a', oldText: null, newText: 'n' };
  record({ title: 'Edit', kind: 'edit', status: 'in_progress', content: [diff], rawInput: { path: '/a' } });
  record({ locations: [{ path: '/a' }] });
  expect(recorder.known(ToolCall.parse({ toolCallId: 't' }))).toEqual({
    ...{ title: 'Edit', toolKind: 'edit', content: [diff], input: '{"path":"/a"}' },
    locations: [{ path: '/a', line: null }],
  });
  expect(recorder.known(ToolCall.parse({ toolCallId: 'other' }))).toEqual({});
});

test('what long ended calls showed is forgotten, and late output of theirs does not replace it', () => {
  for (let i = 0; i < 20; i++) {
    record(
      { status: 'completed', ...terminal, _meta: { terminal_output: { terminal_id: 'x', data: 'all' } } },
      `t${i}`,
    );
  }
  expect(recorder.known(ToolCall.parse({ toolCallId: 't0' }))).toEqual({ title: 'Tool', toolKind: 'other' });
  record({ _meta: { terminal_output: { terminal_id: 'x', data: 'late' } } }, 't0');
  record({ _meta: { terminal_output: { terminal_id: 'x', data: ' late' } } }, 't19');
  clock.advance(500);
  expect(bodies.slice(20)).toMatchObject([{ toolCallId: 't19', content: [{ output: 'all late' }] }]);
});

test('a daemon that was started anew goes on with the calls of the open turn', () => {
  record({ title: 'ls', status: 'in_progress', rawInput: { a: 1 }, ...terminal });
  printed('one ');
  clock.advance(500);
  const entries = bodies.map((body, i) => ({ seq: i + 1, at: '', body }));
  recorder = newRecorder();
  recorder.remember(entries);
  expect(bodies).toHaveLength(2);
  record({ title: 'ls', status: 'in_progress', rawInput: { a: 1 } });
  printed('two');
  record({ status: 'completed' });
  expect(bodies.slice(2)).toEqual([
    {
      ...{ kind: 'tool-update', toolCallId: 't', status: 'completed' },
      content: [{ type: 'terminal', terminalId: 'x', output: 'one two', exitCode: null }],
    },
  ]);
});

test('kept output never tears a character, counts what is missing, and reads back as it was', () => {
  for (const unit of ['x', '😀', '😀x']) {
    const output = new TerminalOutput();
    let length = 0;
    while (length < 3 * (TERMINAL_HEAD_CHARS + TERMINAL_TAIL_CHARS)) {
      const piece = unit.repeat(1 + (length % 777));
      output.append(piece);
      length += piece.length;
    }
    for (const shown of [output.whole(), output.preview()]) {
      expect(shown.isWellFormed()).toBe(true);
      expect(new TerminalOutput(shown).whole()).toBe(shown);
      const gap = /\n… \[cut: (\d+) more characters\]\n/.exec(shown)!;
      expect(shown.length - gap[0].length + Number(gap[1])).toBe(length);
    }
  }
});

function outputOf(body: unknown): string {
  return (body as { content: { output: string }[] }).content[0]!.output;
}
