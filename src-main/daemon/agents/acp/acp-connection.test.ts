import { describe, expect, test } from 'vitest';
import type { SendHeader } from '../../../agent-host/host-protocol.ts';
import { MAX_OPEN_AGENT_REQUESTS, MAX_UNSENT_ANSWERS } from '../../limits.ts';
import { AcpConnection } from './acp-connection.ts';
import type { AgentCall, RpcAnswer } from './acp-connection.ts';

/** A connection to a program that is this test: what it is sent arrives when the test lets it. */
class Program {
  readonly sent: { line: Record<string, unknown>; about: SendHeader }[] = [];
  readonly calls: AgentCall[] = [];
  readonly told: string[] = [];
  arrive: () => void = () => {};
  #arrival: Promise<void> | null = null;
  #n = 0;
  readonly connection = new AcpConnection({
    firstId: 8,
    send: (line, about) => {
      this.sent.push({ line: JSON.parse(line) as Record<string, unknown>, about });
      return this.#arrival ?? Promise.resolve();
    },
    onCall: (call) => this.calls.push(call),
    onNotification: (method) => this.told.push(method),
    onIgnored: (why) => this.told.push(why),
  });

  hold(): void {
    this.#arrival = new Promise((resolve) => (this.arrive = resolve));
  }

  says(message: object | string, replayed = false): void {
    const text = typeof message === 'string' ? message : JSON.stringify({ jsonrpc: '2.0', ...message });
    this.connection.receive({ n: ++this.#n, bytes: Buffer.from(text) }, replayed);
  }
}

describe('our requests', () => {
  test('have ids that the program has not seen, and are settled while their answer is handled', () => {
    const program = new Program();
    const answers: RpcAnswer[] = [];
    const id = program.connection.ask('session/prompt', { a: 1 }, (answer) => answers.push(answer));
    expect(program.sent).toEqual([
      {
        line: { jsonrpc: '2.0', id, method: 'session/prompt', params: { a: 1 } },
        about: { id, method: 'session/prompt' },
      },
    ]);
    expect(id).toBe(8);
    program.says({ id: 7, result: 'of an earlier daemon' });
    program.says({ id: '8', result: 'not a number' });
    program.says({ id, result: 'replayed' }, true);
    expect(answers).toEqual([]);
    program.says({ id, result: 'done' });
    program.says({ id, result: 'twice' });
    expect(answers).toEqual([{ result: 'done' }]);
    expect(program.told).toEqual(['unknown_answer', 'not_rpc', 'unknown_answer']);
  });

  test('of an earlier daemon can be taken over', () => {
    const program = new Program();
    const answers: RpcAnswer[] = [];
    program.connection.expect(5, (answer) => answers.push(answer));
    program.says({ id: 5, error: { code: -32000, message: 'log in', data: { details: 'first' } } });
    expect(answers).toMatchObject([{ error: { rpcCode: -32000, message: 'log in', data: { details: 'first' } } }]);
  });

  test.each([
    [{ code: 'odd' }, -32603, 'it gave no reason'],
    ['oops', -32603, 'it gave no reason'],
    [{ code: 4.5, message: 'hm' }, 4.5, 'hm'],
  ])('that are refused with %j are refused all the same', (error, rpcCode, message) => {
    const program = new Program();
    const answers: RpcAnswer[] = [];
    const id = program.connection.ask('x', {}, (answer) => answers.push(answer));
    program.says({ id, error });
    expect(answers).toMatchObject([{ error: { rpcCode, message } }]);
  });

  test('end with the connection, and none begins afterwards', async () => {
    const program = new Program();
    const [early, late] = [program.connection.request('x', {}), new Error('gone')];
    program.connection.close(late);
    await expect(early).rejects.toBe(late);
    await expect(program.connection.request('y', {})).rejects.toBe(late);
    program.connection.notify('z', {});
    expect(program.sent.map(({ line }) => line['method'])).toEqual(['x']);
  });
});

describe('requests of the program', () => {
  test('are answered once, under their own id and line', async () => {
    const program = new Program();
    program.says({ id: 'a', method: 'ask', params: 1 });
    program.says({ id: 0, method: 'ask', params: 2 });
    const [first, second] = program.calls;
    first!.result('yes');
    first!.result('no');
    first!.refuse(1, 'no');
    await Promise.resolve();
    expect(program.sent).toEqual([
      { line: { jsonrpc: '2.0', id: 'a', result: 'yes' }, about: { answers: { id: 'a', line: 1 } } },
    ]);
    second!.refuse(-32601, 'unknown');
    await Promise.resolve();
    expect(program.sent[1]?.line).toEqual({ jsonrpc: '2.0', id: 0, error: { code: -32601, message: 'unknown' } });
  });

  test('that an earlier daemon has heard are heard again, and nothing else of it', () => {
    const program = new Program();
    program.says({ method: 'session/update', params: {} }, true);
    program.says({ id: 1, method: 'ask', params: {} }, true);
    program.says({ method: 'session/update', params: {} });
    expect(program.calls).toMatchObject([{ n: 2, replayed: true }]);
    expect(program.told).toEqual(['session/update']);
  });

  test('can be taken back by the program, and end with the connection', () => {
    const program = new Program();
    program.says({ id: 1, method: 'ask' });
    program.says({ id: 2, method: 'ask' });
    program.says({ method: '$/cancel_request', params: { requestId: 1 } });
    program.says({ method: '$/cancel_request', params: null });
    expect(program.calls.map(({ signal }) => signal.aborted)).toEqual([true, false]);
    program.connection.close(new Error('gone'));
    expect(program.calls.map(({ signal }) => signal.aborted)).toEqual([true, true]);
    program.calls[1]!.result('late');
    expect(program.sent).toEqual([]);
  });

  test('come no faster than their answers go, and are bounded in number', async () => {
    const program = new Program();
    program.hold();
    for (let id = 0; id < MAX_OPEN_AGENT_REQUESTS + 10; id++) program.says({ id, method: 'ask' });
    expect(program.calls).toHaveLength(MAX_OPEN_AGENT_REQUESTS);
    expect(program.sent).toHaveLength(10);
    for (const { line } of program.sent) expect(line).toMatchObject({ error: { code: -32000 } });
    expect(program.connection.backlog).toBeNull();
    for (const { refuse } of program.calls.slice(0, MAX_UNSENT_ANSWERS)) refuse(1, 'no');
    const { backlog } = program.connection;
    expect(backlog).not.toBeNull();
    program.arrive();
    await backlog;
    expect(program.connection.backlog).toBeNull();
  });
});

test.each(['', '  ', 'a log line', '[1,2]', '"text"', '{"jsonrpc":"1.0","method":"x"}', '{"jsonrpc":"2.0"}', '\u0000'])(
  'a line such as %j is no message',
  (line) => {
    const program = new Program();
    program.says(line);
    expect(program.calls).toEqual([]);
    expect(program.told.every((one) => one.startsWith('not_'))).toBe(true);
  },
);

test('what nests too deeply is refused or left alone, and costs nothing else', async () => {
  const program = new Program();
  const deep = `${'['.repeat(9000)}${']'.repeat(9000)}`;
  const answers: RpcAnswer[] = [];
  const id = program.connection.ask('x', {}, (answer) => answers.push(answer));
  program.says(`{"jsonrpc":"2.0","method":"session/update","params":${deep}}`);
  program.says(`{"jsonrpc":"2.0","id":"q","method":"ask","params":{"a":${deep}}}`);
  program.says(`{"jsonrpc":"2.0","id":${id},"result":${deep}}`);
  program.says({ method: 'session/update', params: { text: deep } });
  await Promise.resolve();
  expect(program.calls).toEqual([]);
  expect(program.sent.at(-1)?.line).toMatchObject({ id: 'q', error: { code: -32600 } });
  expect(answers).toMatchObject([{ error: { message: expect.stringContaining('too deeply') } }]);
  expect(program.told).toEqual(['too_deep', 'too_deep', 'too_deep', 'session/update']);
});
