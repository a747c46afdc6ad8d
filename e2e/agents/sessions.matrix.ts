import { expect, it } from 'vitest';
import type { AgentDetail } from '../../src-shared/wire/detail.ts';
import { until } from '../support/until.ts';
import { forEachProgram } from './each-program.ts';

await forEachProgram((program, startWorld) => {
  it('shows modes, models and commands, how full the context is, and a title', async () => {
    const world = await startWorld();
    world.model.script({ thought: 'Let me think.', text: 'Hello to you.' });
    const agent = await world.create('Hello');
    await agent.turnEnd(1);
    // What only fills the context is told a little later.
    const whole = (now: AgentDetail | null) =>
      (now?.commands.length ?? 0) > 0 && (!program.usage || now?.usage?.used === 15);
    const detail = await until(agent.follower.detail, whole);
    const categories = detail?.options.map(({ category }) => category);
    expect(categories).toContain('model');
    expect(categories).toContain('mode');
    expect(detail?.takesImages).toBe(true);
    if (program.usage) expect(detail?.usage).toMatchObject({ used: 15, size: expect.any(Number) });
    expect(detail?.continueCommand).toContain(program.name);
    expect(agent.all('thought').map(({ text }) => text)).toEqual(['Let me think.']);
    expect(agent.all('other')).toEqual([]);
    expect((await agent.until(({ title }) => title !== '')).title).toBe('Hello');
  });

  it('changes its mode when a person says so, and keeps that over a restart', async () => {
    const world = await startWorld();
    world.model.script({ text: 'Hello.' });
    const agent = await world.create('Hello');
    await agent.turnEnd(1);
    const mode = () => agent.follower.detail.get()?.options.find(({ id }) => id === program.mode.option);
    const { option: optionId, value } = program.mode;
    await world.client.command('agent.set-option', { agentId: agent.id, optionId, value });
    await until(agent.follower.detail, () => mode()?.value === value);
    expect(agent.all('option')).toMatchObject([{ by: { deviceId: null } }]);
    await world.stopDaemon('stop');
    await world.startDaemon();
    world.model.script({ text: 'Hello again.' });
    await agent.say('Hello again');
    expect(await agent.turnEnd(2)).toMatchObject({ reason: 'end_turn' });
    expect(mode()?.value).toBe(value);
  });

  it.skipIf(program.question === null)('asks a question, and is told the answer', async () => {
    const world = await startWorld();
    const { question, asking } = program;
    const agent = await world.create(null);
    if (asking !== null) {
      world.model.script({ text: 'Hello.' });
      await agent.say('Hello');
      await agent.turnEnd(1);
      const { option: optionId, value } = asking;
      await world.client.command('agent.set-option', { agentId: agent.id, optionId, value });
    }
    world.model.script(question!, { text: 'A fine colour.' });
    await agent.say('Ask me');
    const { questions } = await agent.until((now) => now.questions.length > 0);
    const [asked] = agent.all('question');
    expect(JSON.stringify(asked)).toContain('Which colour?');
    const field = asked!.fields.find(({ type }) => type === 'choice');
    await world.client.command('question.answer', {
      agentId: agent.id,
      questionId: questions[0]!.questionId,
      action: 'accept',
      values: { [field!.name]: 'Blue' },
    });
    expect(await agent.turnEnd(asking === null ? 1 : 2)).toMatchObject({ reason: 'end_turn', error: null });
    expect(world.model.turns().at(-1)?.told).toMatch(/colour.{0,60}Blue/s);
  });

  it('goes on in its own terminal program with the command that is shown', async () => {
    const world = await startWorld();
    world.model.script({ text: 'Noted.' }, { text: 'Giraffe.' });
    const agent = await world.create('Remember the tall animal');
    await agent.turnEnd(1);
    const detail = await until(agent.follower.detail, (now) => now?.continueCommand != null);
    if (program.holdsSession) await world.stopDaemon('stop');
    const { resumedArgs } = program;
    if (resumedArgs === null) return world.inTerminal(detail!.continueCommand!, /Noted\./);
    await world.inTerminal(`${[detail!.continueCommand, ...resumedArgs].join(' ')} 'Which animal?'`, /Giraffe/);
    const told = world.model.turns().map((request) => request.told);
    expect(told.filter((text) => /Remember the tall animal.*Which animal/s.test(text))).not.toEqual([]);
  });

  it('lists and imports a session from its own terminal program', async () => {
    const world = await startWorld();
    world.model.script({ text: 'Noted in the terminal.' });
    await world.askInTerminal('Remember zebra', /Noted/);
    const params = { provider: program.name, cwd: world.project, cursor: null };
    const { sessions } = await world.client.query('sessions.list', params);
    expect(sessions).toMatchObject([{ cwd: world.project, agentId: null }]);
    const { sessionId } = sessions[0]!;
    const agent = await world.import(sessionId);
    await until(agent.follower.view, () => agent.all('turn-end').length > 0);
    expect(await agent.until(() => true)).toMatchObject({ state: 'finished', title: expect.stringContaining('zebra') });
    expect(agent.all('user')).toMatchObject([{ text: expect.stringContaining('Remember zebra'), by: null }]);
    expect(agent.all('message').map(({ text }) => text.trim())).toEqual(['Noted in the terminal.']);
    world.model.script({ text: 'Zebra.' });
    await agent.say('Which animal?');
    expect(await agent.turnEnd(2)).toMatchObject({ reason: 'end_turn' });
    expect(world.model.turns().at(-1)?.told).toContain('Remember zebra');
    const detail = await until(agent.follower.detail, (now) => now?.continueCommand != null);
    expect(detail?.continueCommand).toContain(sessionId);
    const again = await world.client.query('sessions.list', params);
    expect(again.sessions.find((each) => each.sessionId === sessionId)?.agentId).toBe(agent.id);
  });
});
