import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MAX_AGENT_LINE_BYTES } from '../../src-main/agent-host/limits.ts';
import type { SupervisorHarness } from '../../src-main/daemon/agents/supervisor-harness.ts';
import { answerOf, oddHarness } from './odd-harness.ts';

let harness: SupervisorHarness;
beforeEach(async () => void (harness = await oddHarness()));
afterEach(() => harness.close());

const said = ['message:  said', 'turn-end: end_turn'];
const answered = ['message: You said: hello said', 'turn-end: end_turn'];

/** What an agent does in a turn, and what is shown of it. */
const HARMLESS: [string, string[]][] = [
  ['wrong-id', said],
  ['text-id', said],
  ['noise', said],
  ['batch', said],
  ['bare-update', [...Array<string>(3).fill('other: malformed'), 'other: agent_message_chunk', ...said]],
  ['deep', said],
  ...['update', 'tool', 'unknown', 'notification'].map((where): [string, string[]] => [`nested 8000 ${where}`, said]),
  ['crlf', ['message: carriage said', 'turn-end: end_turn']],
  ['bytes', ['message: caf\u{fffd} said', 'turn-end: end_turn']],
  ['drip', ['message: dröp 🙂 said', 'turn-end: end_turn']],
  ['twice', ['turn-end: end_turn']],
  ['stderr 5000000', said],
  ['call fs/read_text_file', ['message: refused with -32601 said', 'turn-end: end_turn']],
  ['call fs/write_text_file', ['message: refused with -32601 said', 'turn-end: end_turn']],
  ['call terminal/create', ['message: refused with -32601 said', 'turn-end: end_turn']],
  ['call _vendor/anything', ['message: refused with -32601 said', 'turn-end: end_turn']],
  ['bad-permission', ['message: refused with -32602 said', 'turn-end: end_turn']],
  ['lost-tool', ['tool: Lost', ...said]],
  ['double-tool', ['tool: First', 'tool-update: completed', ...said]],
  ['strange', ['other: hologram_update', 'other: agent_message_chunk', 'other: malformed', ...said]],
];

/** Requests that nobody can be asked: refused, or taken as if nobody had answered. */
const REFUSED = ['nested 8000 permission', 'nested 8000 form', 'form 64 100 400', 'call elicitation/create'];

/** How an agent ends a turn badly, and what its error says. */
const FAILING: [string, RegExp][] = [
  ['error -32603 it broke', /it broke/],
  ['error -32000 who are you', /who are you|log in|login/i],
  ['error 12345 odd number', /odd number/],
  ['error "text" odd code', /odd code/],
  ['empty-answer', /ACP/],
  ['reason bored', /ACP/],
  ['exit 0', /exit code 0.*told to end/s],
  ['exit 1', /exit code 1/],
  ['exit 255', /exit code 255/],
  ['kill SIGKILL', /SIGKILL/],
  ['kill SIGSEGV', /SIGSEGV/],
  ['half-line', /exit code 0/],
  [`long ${MAX_AGENT_LINE_BYTES + 1}`, /line/],
];

describe('an agent that breaks the rules in a turn', () => {
  for (const [what, lines] of HARMLESS)
    it(`with "${what}" does no harm`, async () => {
      const id = await harness.run(what);
      expect(await answerOf(harness, id)).toEqual(lines);
      expect(harness.supervisor.get(id)).toMatchObject({ state: 'finished', error: null });
      await harness.say(id, 'hello');
      expect(await answerOf(harness, id, 2)).toEqual(answered);
    });

  for (const [what, words] of FAILING)
    it(`with "${what}" fails that turn, and answers the next`, async () => {
      const id = await harness.run(what);
      expect(harness.supervisor.get(id)).toMatchObject({ state: 'failed', error: expect.stringMatching(words) });
      expect((await answerOf(harness, id)).at(-1)).toBe('turn-end: failed');
      await harness.say(id, 'hello');
      expect((await answerOf(harness, id, 2)).slice(-2)).toEqual(answered);
    });

  for (const what of REFUSED)
    it(`with "${what}" is answered at once, and nobody is asked`, async () => {
      const id = await harness.run(what);
      const lines = await answerOf(harness, id);
      expect(lines.filter((line) => /^(permission|question)/.test(line))).toEqual([]);
      expect(lines.at(-2)).toMatch(/^message: (refused with|answered|cancelled|declined)/);
      expect(lines.at(-1)).toBe('turn-end: end_turn');
      await harness.say(id, 'hello');
      expect(await answerOf(harness, id, 2)).toEqual(answered);
    });

  it('with a thousand requests at once has each answered, and asks for few of them', async () => {
    const id = await harness.create('flood 1000');
    await harness.needsYou(id);
    await harness.entry(id, (body) => body.kind === 'message' && body.text.includes('answered so far'));
    expect(harness.supervisor.get(id)!.pending.length).toBeLessThanOrEqual(32);
    await harness.supervisor.cancel(id);
    await harness.rest(id);
    expect(harness.supervisor.get(id)!.pending).toEqual([]);
    await harness.say(id, 'hello');
    expect((await harness.lines(id)).slice(-2)).toEqual(answered);
  });

  it('with a line as long as one may be is read whole and cut for show', async () => {
    const id = await harness.run(`long ${MAX_AGENT_LINE_BYTES}`);
    expect(harness.supervisor.get(id)).toMatchObject({ state: 'finished' });
    const text = (await harness.transcript(id)).flatMap((body) => (body.kind === 'message' ? body.text : [])).join('');
    expect(text.slice(0, 100_000)).toBe('x'.repeat(100_000));
    await harness.say(id, 'hello');
    expect((await harness.lines(id)).slice(-2)).toEqual(answered);
  });

  it('with a plan of ten thousand steps shows the first of them', async () => {
    const id = await harness.run('plan 10000');
    const plan = (await harness.transcript(id)).find((body) => body.kind === 'plan');
    expect(plan?.steps.length).toBeGreaterThanOrEqual(100);
    expect(plan?.steps[0]?.text).toBe('step 0');
  });

  it('with updates after its end has them kept and shown', async () => {
    const id = await harness.run('late');
    await harness.entry(id, (body) => body.kind === 'message' && body.text.includes('afterthought'));
    expect(harness.supervisor.get(id)).toMatchObject({ state: 'finished' });
    expect(await answerOf(harness, id)).toContain('tool: Late tool');
    await harness.say(id, 'hello');
    expect(await answerOf(harness, id, 2)).toEqual(answered);
  });

  it('with two requests under one id can be answered, and its turn ends', async () => {
    const id = await harness.create('same-id');
    for (;;) {
      const { pending, state } = await harness.until(id, (now) => now.pending.length > 0 || now.state === 'finished');
      const [request] = pending;
      if (request === undefined || state === 'finished') break;
      await harness.supervisor.answerPermission(id, request.requestId, 'yes', { deviceId: null, name: 'Test' });
    }
    await harness.rest(id);
    expect(await answerOf(harness, id)).toContain('message: answered selected said');
  });

  it('with a request after it was cancelled gets no answer from anybody, and the turn ends in time', async () => {
    const id = await cancelled('late-ask');
    expect(harness.supervisor.get(id)?.pending).toEqual([]);
  });

  it('with silence can be cancelled within 2 s, and answers the next message', async () => {
    const id = await cancelled('deaf');
    await harness.say(id, 'hello');
    expect((await answerOf(harness, id, 2)).slice(-2)).toEqual(answered);
  });
});

/** An agent that was cancelled in such a turn once it had said something, and has rested within 2 s. */
async function cancelled(what: string): Promise<string> {
  const id = await harness.create(what);
  await harness.entry(id, (body) => body.kind === 'message');
  const begun = performance.now();
  await harness.supervisor.cancel(id);
  await harness.rest(id);
  expect(performance.now() - begun).toBeLessThan(2000);
  expect((await answerOf(harness, id)).at(-1)).toBe('turn-end: cancelled');
  return id;
}
