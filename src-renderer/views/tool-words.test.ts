import { describe, expect, it } from 'vitest';
import type { ToolCall } from './conversation-items.ts';
import { commandOf, groupWords, toolWords } from './tool-words.ts';

function call(changes: Partial<ToolCall>): ToolCall {
  return {
    seq: 1,
    at: '2026-01-01T10:00:00.000Z',
    toolCallId: 't',
    title: 'A title',
    toolKind: 'other',
    status: 'completed',
    content: [],
    locations: [],
    input: null,
    output: null,
    ...changes,
  };
}

describe('toolWords', () => {
  it('says verb and target', () => {
    expect(toolWords(call({ toolKind: 'execute', input: '{"command":"npm test"}' }))).toMatchObject({
      verb: 'Ran',
      target: 'npm test',
    });
    expect(
      toolWords(call({ toolKind: 'read', status: 'in_progress', locations: [{ path: '/a/b.ts', line: 1 }] })),
    ).toMatchObject({
      verb: 'Reading',
      target: 'b.ts',
    });
  });

  it('falls back to the title, also for kinds that are names of object properties', () => {
    expect(toolWords(call({ toolKind: 'constructor' }))).toMatchObject({ verb: '', target: 'A title' });
    expect(toolWords(call({ toolKind: 'execute', input: 'not json' }))).toMatchObject({ verb: '', target: 'A title' });
  });

  it('counts changed lines, and says when it failed', () => {
    const content = [{ type: 'diff', path: '/a/b.ts', oldText: 'a\nb', newText: 'a\nc\nd' } as const];
    expect(toolWords(call({ toolKind: 'edit', content })).result).toBe('+2 −1');
    expect(toolWords(call({ toolKind: 'edit', content, status: 'failed' }))).toMatchObject({
      result: 'failed',
      bad: true,
    });
  });

  it('tells how a command ended', () => {
    const ended = (exitCode: number | null) =>
      toolWords(call({ content: [{ type: 'terminal', terminalId: 't', output: '', exitCode }] }));
    expect(ended(2)).toMatchObject({ result: 'exit code 2', bad: true });
    expect([ended(0), ended(null)]).toMatchObject([
      { result: '', bad: false },
      { result: '', bad: false },
    ]);
  });
});

describe('commandOf', () => {
  it('keeps the arguments of a list apart', () => {
    expect(commandOf('{"command":["rm","-rf","my file","it\'s"]}')).toBe(`rm -rf 'my file' 'it'\\''s'`);
  });

  it('shows hidden characters', () => {
    expect(commandOf('{"command":"echo \\u202eabc"}')).toBe('echo ⟨U+202E⟩abc');
  });

  it('is null for anything else', () => {
    expect([null, '', '[]', '{}', '{"command":1}', '{"command":[]}'].map(commandOf)).toEqual(Array(6).fill(null));
  });
});

describe('groupWords', () => {
  it('counts', () => {
    const reads = Array.from({ length: 12 }, () => call({ toolKind: 'read' }));
    expect(groupWords(reads)).toBe('Read 12 files');
    expect(groupWords([...reads, call({ toolKind: 'read', status: 'pending' })])).toBe('Reading 13 files');
  });
});
