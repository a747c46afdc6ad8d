import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { AgentDetail } from '../../../src-shared/wire/detail.ts';
import { harnessStarter, someone } from './supervisor-harness.ts';
import type { SupervisorHarness } from './supervisor-harness.ts';

const start = harnessStarter(afterEach);

const rich = { args: ['--rich'] };
const phone = { deviceId: 'aaaaaaaa', name: 'Phone' };

/** Resolves with the first detail, the present one included, that `holds`. */
function detailOf(h: SupervisorHarness, id: string, holds: (detail: AgentDetail) => boolean): Promise<AgentDetail> {
  const detail = h.supervisor.detail(id)!;
  return new Promise((resolve) => {
    if (holds(detail.get())) return resolve(detail.get());
    const stop = detail.subscribe((now) => {
      if (!holds(now)) return;
      stop();
      resolve(now);
    });
  });
}

describe('the options of a session', () => {
  test('are seen, chosen by people, and chosen again in a new process', async () => {
    const h = await start(rich);
    const id = await h.run('usage 100 2000');
    const { options, usage, takesImages } = await detailOf(h, id, ({ commands }) => commands.length === 2);
    expect(options.map((option) => [option.id, option.value])).toEqual([
      ['mode', 'ask'],
      ['model', 'small'],
      ['fast', false],
    ]);
    expect({ usage, takesImages }).toMatchObject({ usage: { used: 100, size: 2000 }, takesImages: true });
    await h.supervisor.setOption(id, 'model', 'large', phone);
    await h.supervisor.setOption(id, 'fast', true, phone);
    expect((await h.transcript(id)).slice(-2)).toMatchObject([
      { kind: 'option', name: 'Model', value: 'Large', by: phone },
      { kind: 'option', name: 'Fast', value: 'on', by: phone },
    ]);
    await h.restart();
    expect(h.supervisor.detail(id)!.get().options).toMatchObject([
      { value: 'ask' },
      { value: 'large' },
      { value: true },
    ]);
    await h.say(id, 'chosen');
    expect((await h.lines(id)).slice(-2)).toEqual(['message: mode=ask model=large fast=true', 'turn-end: end_turn']);
  });

  test('start the agent if need be, and are refused with the reason', async () => {
    const h = await start(rich);
    const id = await h.run('say hi');
    await h.restart();
    await h.supervisor.setOption(id, 'mode', 'plan', someone);
    expect((await h.lines(id)).at(-1)).toBe('option: Mode = Plan');
    for (const [option, value] of [
      ['mode', 'dance'],
      ['nosuch', 'x'],
      ['fast', 'yes'],
    ] as const) {
      await expect(h.supervisor.setOption(id, option, value, someone)).rejects.toMatchObject({ code: 'bad_request' });
    }
  });
});

describe('a question', () => {
  test('waits for the first answer, which the agent gets', async () => {
    const h = await start(rich);
    const id = await h.create('form Which colour?');
    const { questions } = await h.needsYou(id);
    expect(questions).toMatchObject([{ message: 'Which colour?' }]);
    const values = { name: 'Ada', colour: 'red' };
    const answer = () => h.supervisor.answerQuestion(id, questions[0]!.questionId, { action: 'accept', values }, phone);
    const answers = await Promise.allSettled([answer(), answer()]);
    expect(answers).toMatchObject([{ status: 'fulfilled' }, { reason: { code: 'already_answered' } }]);
    await h.rest(id);
    expect((await h.transcript(id)).slice(2)).toMatchObject([
      { kind: 'question-answer', action: 'accept', values, by: phone },
      { kind: 'message', text: 'answer: accept {"name":"Ada","colour":"red"}' },
      { kind: 'turn-end' },
    ]);
  });

  test('is closed by a cancel, and survives a daemon that leaves the agent at work', async () => {
    const h = await start(rich);
    const id = await h.create('form Which colour?');
    const { questions } = await h.needsYou(id);
    await h.restart('keep');
    expect((await h.needsYou(id)).questions).toEqual(questions);
    await h.supervisor.cancel(id);
    // The agent may see the answer before it sees the cancel, and speak of it.
    const lines = (await h.lines(id)).filter((line) => !line.startsWith('message'));
    expect(lines.slice(-3)).toEqual(['question: Which colour?', 'question-answer: cancel', 'turn-end: cancelled']);
  });
});

test('what followers see beside the timeline says how to go on in a terminal, and how to log in', async () => {
  const h = await start({ args: ['--start-login'] });
  const id = await h.run('say hi');
  const { login, continueCommand } = h.supervisor.detail(id)!.get();
  expect({ login, continueCommand }).toEqual({ login: { command: null, methods: [] }, continueCommand: null });
});

describe('a session of the agent’s own program', () => {
  async function talked(h: SupervisorHarness): Promise<string> {
    const id = await h.run('say hello');
    const record = JSON.parse(await readFile(join(h.folder, id, 'agent.json'), 'utf8')) as { acpSessionId: string };
    return record.acpSessionId;
  }
  const request = (h: SupervisorHarness, sessionId: string, provider = 'other') => {
    return { provider, cwd: h.cwd, sessionId, by: someone };
  };

  test('is listed, and becomes an agent that has its history and remembers it', async () => {
    const h = await start(rich);
    const sessionId = await talked(h);
    h.alias('other', h.providers['fake']!);
    const listed = await h.supervisor.sessions({ provider: 'other', cwd: h.cwd, cursor: null });
    expect(listed.sessions).toMatchObject([{ sessionId, title: 'say hello', agentId: null }]);
    const { agentId } = await h.supervisor.importSession(request(h, sessionId));
    expect(h.supervisor.get(agentId)).toMatchObject({ state: 'finished', cwd: h.cwd, title: 'say hello' });
    expect((await h.transcript(agentId))[0]).toMatchObject({ kind: 'user', text: 'say hello', by: null });
    const again = await h.supervisor.sessions({ provider: 'other', cwd: h.cwd, cursor: null });
    expect(again.sessions).toMatchObject([{ sessionId, agentId }]);
    await expect(h.supervisor.importSession(request(h, sessionId))).rejects.toMatchObject({ code: 'bad_request' });
    const lines = await h.lines(agentId);
    await h.restart();
    expect(await h.lines(agentId)).toEqual(lines);
    await h.say(agentId, 'recall');
    expect((await h.lines(agentId)).at(-2)).toBe('message: say hello');
  });

  test('is refused where sessions cannot be loaded or there is no such one, and leaves nothing', async () => {
    const h = await start(rich);
    const sessionId = await talked(h);
    const { fake } = h.providers;
    h.alias('other', { ...fake, args: [...fake!.args!, '--no-load'] });
    const before = h.agentIds();
    const refused = h.supervisor.importSession(request(h, sessionId));
    await expect(refused).rejects.toMatchObject({ code: 'unsupported' });
    const unknown = h.supervisor.importSession(request(h, 'no-such-session', 'fake'));
    await expect(unknown).rejects.toMatchObject({ code: 'agent_failed' });
    expect(h.agentIds()).toEqual(before);
  });
});
