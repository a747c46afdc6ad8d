import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { requests } from '../../../src-shared/wire/requests.ts';
import type { Method } from '../../../src-shared/wire/requests.ts';
import { CREATE, NOTHING_ENCLOSED } from './scripted-agents.ts';
import { DEVICE, SessionFixture } from './session-fixture.ts';
import { SessionPeer } from './session-peer.ts';

let fixture: SessionFixture;
let peer: SessionPeer;
let agentId: string;

beforeEach(async () => {
  fixture = await SessionFixture.open();
  peer = new SessionPeer(fixture);
  ({ agentId } = (await peer.command('agent.create', CREATE)) as { agentId: string });
});

afterEach(async () => {
  await fixture.close();
});

/** Asks in the way that the request is declared, and checks the answer against its schema. */
async function ask(method: Method, params: object): Promise<unknown> {
  const answer = await (requests[method].kind === 'query' ? peer.query(method, params) : peer.command(method, params));
  return typeof answer === 'string' ? answer : requests[method].result.parse(answer);
}

describe('requests about turns', () => {
  it('carry files and mentions, also in the first prompt', async () => {
    const enclosed = { attachments: ['abcdefghijklmnop'], mentions: ['src/a.ts'] };
    await expect(ask('agent.prompt', { agentId, text: '', ...enclosed })).resolves.toEqual({ seq: 1, queuedId: null });
    expect(fixture.agents.inputs).toEqual([{ text: '', ...enclosed }]);
    await ask('agent.create', { ...CREATE, attachments: enclosed.attachments });
    expect(fixture.agents.creations.map(({ prompt }) => prompt)).toEqual([
      null,
      { text: '', attachments: enclosed.attachments, mentions: [] },
    ]);
  });

  it('say something: a prompt without text and files is refused', async () => {
    await expect(ask('agent.prompt', { agentId, text: '', ...NOTHING_ENCLOSED })).resolves.toBe('bad_request');
    await expect(ask('queue.edit', { agentId, queuedId: 'q1', text: '' })).resolves.toBe('bad_request');
    expect(fixture.agents.inputs).toEqual([]);
  });

  it('reach the queue, the turn that was cut and the options, naming who asks', async () => {
    await expect(ask('queue.read', { agentId, queuedId: 'q1' })).resolves.toEqual({ text: 'All of q1.' });
    await expect(ask('queue.edit', { agentId, queuedId: 'q1', text: 'better' })).resolves.toEqual({});
    await expect(ask('queue.remove', { agentId, queuedId: 'q1' })).resolves.toEqual({});
    await expect(ask('queue.resume', { agentId })).resolves.toEqual({});
    await expect(ask('agent.resume', { agentId })).resolves.toEqual({ seq: 1 });
    await expect(ask('agent.set-option', { agentId, optionId: 'fast', value: true })).resolves.toEqual({});
    await expect(ask('agent.set-option', { agentId, optionId: 'fast', value: 3 })).resolves.toBe('bad_request');
    expect(fixture.agents.answers).toEqual(['edit q1 better', 'remove q1', 'resume queue', 'set fast true by Phone']);
    await expect(ask('queue.resume', { agentId: 'nobodyaa' })).resolves.toBe('not_found');
    await expect(ask('queue.read', { agentId: 'nobodyaa', queuedId: 'q1' })).resolves.toBe('not_found');
  });
});

describe('requests about questions', () => {
  it('are answered with values or without', async () => {
    const values = { colour: 'Red', many: ['a', 'b'], n: 3.5, yes: false };
    await expect(ask('question.answer', { agentId, questionId: 'x', action: 'accept', values })).resolves.toEqual({});
    await expect(
      ask('question.answer', { agentId, questionId: 'y', action: 'decline', values: null }),
    ).resolves.toEqual({});
    expect(fixture.agents.answers).toEqual([`x accept ${JSON.stringify(values)}`, 'y decline null']);
  });

  it('refuse values beside a no, and values that are no form', async () => {
    for (const [action, values] of [
      ['decline', {}],
      ['accept', { a: { b: 1 } }],
      ['accept', { a: null }],
      ['maybe', null],
    ] as const) {
      await expect(ask('question.answer', { agentId, questionId: 'x', action, values })).resolves.toBe('bad_request');
    }
    expect(fixture.agents.answers).toEqual([]);
  });

  it('may be as large as the largest form', async () => {
    const many = Array.from({ length: 100 }, (_, i) => `choice ${i}`);
    const values = Object.fromEntries(Array.from({ length: 64 }, (_, i) => [`field ${i}`, many]));
    await expect(ask('question.answer', { agentId, questionId: 'x', action: 'accept', values })).resolves.toEqual({});
  });
});

describe('requests about files and sessions', () => {
  const part = { uploadId: 'u'.repeat(16), name: 'a.png', mimeType: 'image/png', size: 3, offset: 0, data: 'YWJj' };

  it('upload for the device that asks, and read by offset', async () => {
    await expect(ask('attachment.upload', part)).resolves.toEqual({ received: 0, attachment: null });
    expect(fixture.calls).toEqual([`upload a.png of ${DEVICE.id}`]);
    const read = { agentId, attachmentId: 'a'.repeat(16), offset: 7 };
    const { data } = (await ask('attachment.read', read)) as { data: string };
    expect(Buffer.from(data, 'base64').toString()).toBe(`${'a'.repeat(16)} from 7`);
  });

  it.each([
    ['a name of an upload that is a path', { uploadId: '../../../../etc/passwd' }],
    ['data that is not base64', { data: 'a*' }],
    ['too large a file', { size: 11 * 1024 * 1024 }],
    ['a negative offset', { offset: -1 }],
  ])('refuse %s', async (_, change) => {
    await expect(ask('attachment.upload', { ...part, ...change })).resolves.toBe('bad_request');
    expect(fixture.calls).toEqual([]);
  });

  it('complete file names, list sessions and import them', async () => {
    await expect(ask('files.complete', { cwd: '/tmp', query: 'a' })).resolves.toEqual({
      files: [{ path: '/tmp a', kind: 'file' }],
    });
    await expect(ask('sessions.list', { provider: 'scripted', cwd: null, cursor: null })).resolves.toMatchObject({
      sessions: [{ sessionId: 's1' }],
      cursor: 'next',
    });
    await expect(ask('agent.import', { provider: 'scripted', cwd: '/tmp', sessionId: 's1' })).resolves.toMatchObject({
      agentId: expect.any(String),
    });
  });
});
