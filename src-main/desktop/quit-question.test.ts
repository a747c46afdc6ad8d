import { expect, test } from 'vitest';
import { agent } from './tray-facts-fixture.ts';
import { quitQuestion } from './quit-question.ts';

test('asks nothing while no agent would be cut off', () => {
  const agents = [agent({ state: 'finished' }), agent({ state: 'interrupted' }), agent({ archived: true })];
  expect(quitQuestion(agents)).toBeNull();
});

test('names the agents that work or wait for the person, a few of them', () => {
  expect(quitQuestion([agent({ state: 'needs-you', title: 'Fix\u202E it' })])).toMatchObject({
    message: 'An agent is working.',
    detail: expect.stringMatching(/^• Fix it\n/) as unknown,
  });
  const many = Array.from({ length: 8 }, (_, at) => agent({ title: `Agent ${at + 1}` }));
  const question = quitQuestion(many);
  expect(question?.message).toBe('8 agents are working.');
  expect(question?.detail.split('\n').slice(4, 6)).toEqual(['• Agent 5', 'and 3 more']);
});
