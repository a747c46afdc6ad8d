import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { harnessStarter, someone } from './supervisor-harness.ts';
import { makeSupervisorScript, SupervisorProcess } from './supervisor-process.ts';

beforeAll(makeSupervisorScript);
const start = harnessStarter(afterEach);

const story = [
  'think hm',
  'stream 40 4',
  'tool Read it',
  'ask Allow this',
  'stream 30 4',
  'plan one; two',
  'ask Allow that',
  'say done',
].join('\n');

/** What a turn of that says when nobody disturbs it. */
const told = [
  `user: ${story}`,
  'thought: hm',
  `message: ${wordsTo(40)}`,
  'tool: Read it',
  'tool-update: completed',
  'tool: Allow this',
  'permission: Allow this',
  'permission-answer: allow_once',
  `message: chosen: allow_once${wordsTo(30)}`,
  'plan: one, two',
  'tool: Allow that',
  'permission: Allow that',
  'permission-answer: allow_once',
  'message: chosen: allow_oncedone',
  'turn-end: end_turn',
];

function wordsTo(n: number): string {
  return Array.from({ length: n }, (_, i) => `word${i + 1} `).join('');
}

describe('a daemon that is killed', () => {
  test('again and again in one turn loses nothing of it and tells nothing twice', async () => {
    const h = await start();
    let running = await SupervisorProcess.start(h, story);
    for (const line of ['working', 'changed']) await running.until((one) => one === line);
    for (const changes of [2, 45, 9, 60, 1, 25, 4, 40]) {
      let left = changes;
      await running.until((line) => ['finished', 'interrupted', 'failed'].includes(line) || left-- === 0);
      await running.kill();
      running = await SupervisorProcess.start(h);
    }
    await running.until((line) => line === 'started');
    await running.kill();
    const id = await h.takeOver();
    const allow = (): void => {
      for (const { requestId } of h.supervisor.get(id)!.pending) {
        h.supervisor.answerPermission(id, requestId, 'yes', someone).catch(() => {});
      }
    };
    h.supervisor.onChange(allow);
    allow();
    await h.rest(id);
    expect(await h.lines(id)).toEqual(told);
    await h.say(id, 'recall');
    expect((await h.lines(id)).slice(told.length)).toEqual(['user: recall', `message: ${story}`, 'turn-end: end_turn']);
  });

  test('while a permission request waits leaves it open, and the answer reaches the agent', async () => {
    const h = await start();
    const running = await SupervisorProcess.start(h, 'say before\nask Now what\nsay after');
    await running.until((line) => line === 'needs-you');
    await running.kill();
    const id = await h.takeOver();
    const { pending } = await h.needsYou(id);
    expect(pending).toMatchObject([{ title: 'Now what' }]);
    await h.supervisor.answerPermission(id, pending[0]!.requestId, 'no', someone);
    await h.rest(id);
    expect(await h.lines(id)).toEqual([
      'user: say before\nask Now what\nsay after',
      'message: before',
      'tool: Now what',
      'permission: Now what',
      'permission-answer: reject_once',
      'message: chosen: reject_onceafter',
      'turn-end: end_turn',
    ]);
  });

  test('and stays away hears of the end of the turn later', async () => {
    const h = await start();
    const running = await SupervisorProcess.start(h, 'stream 20 20\nsay end');
    await running.until((line) => line === 'changed');
    await running.until((line) => line === 'changed');
    await running.kill();
    await expect.poll(() => h.journal(h.agentIds()[0]!)).toContain('stopReason');
    const id = await h.takeOver();
    await h.rest(id);
    expect(await h.lines(id)).toEqual([
      'user: stream 20 20\nsay end',
      `message: ${wordsTo(20)}end`,
      'turn-end: end_turn',
    ]);
  });
});
