import { expect, it } from 'vitest';
import type { ToolReply } from '../model-server/reply.ts';
import type { AgentRun } from './agent-run.ts';
import type { AgentWorld } from './agent-world.ts';
import { forEachProgram } from './each-program.ts';

await forEachProgram((program, startWorld) => {
  it('cancels while the answer streams, keeps what was said, and goes on', async () => {
    const world = await startWorld();
    const agent = await world.create(null);
    const held = await stream(world, agent, 'Tell me a story', 'Once upon ');
    const begun = performance.now();
    await agent.cancel();
    expect(await agent.turnEnd(1)).toMatchObject({ reason: 'cancelled', error: null });
    expect(performance.now() - begun).toBeLessThan(2000);
    expect(agent.all('message').map(({ text }) => text)).toEqual(['Once upon ']);
    held.end();
    world.model.script({ text: 'Something else then.' });
    await agent.say('Something else');
    expect(await agent.turnEnd(2)).toMatchObject({ reason: 'end_turn', state: 'finished' });
  });

  const background = 'setsid tail -f /dev/null &';
  const commands: [string, (command: string) => ToolReply, string][] = [
    ['that was allowed', program.run, background],
    ['whose child left it for good', program.run, `(${background});`],
  ];
  if (program.runSandboxed) commands.push(['in a sandbox', program.runSandboxed, background]);
  for (const [which, run, leave] of commands)
    it(`cancels during a command ${which}: nothing of it is left within 2 s, and the agent is still the same`, async () => {
      const world = await startWorld();
      world.model.script(run(`${leave} sleep 301`));
      const agent = await world.create('Run something long');
      if (run === program.run) await agent.answer(await agent.permission(), 'allow_once');
      await expect.poll(() => agent.processes('sleep 301')).not.toEqual([]);
      await expect.poll(() => agent.processes('tail -f /dev/null')).not.toEqual([]);
      const host = await world.hostPid(agent.id);
      const begun = performance.now();
      await agent.cancel();
      expect(performance.now() - begun).toBeLessThan(2000);
      expect(await agent.processes('sleep 301')).toEqual([]);
      expect(await agent.processes('tail -f /dev/null')).toEqual([]);
      expect(await agent.turnEnd(1)).toMatchObject({ reason: 'cancelled', error: null });
      expect(await world.hostPid(agent.id)).toBe(host);
      world.model.script({ text: 'Still here.' });
      await agent.say('Are you there?');
      expect(await agent.turnEnd(2)).toMatchObject({ reason: 'end_turn', state: 'finished' });
      expect(world.model.turns().at(-1)?.told).toContain('Run something long');
    });

  it('cancels while it asks: the request is answered by nobody', async () => {
    const world = await startWorld();
    world.model.script(program.run('touch never.txt'));
    const agent = await world.create('Run it');
    await agent.permission();
    await agent.cancel();
    expect(await agent.turnEnd(1)).toMatchObject({ reason: 'cancelled', error: null });
    expect(agent.all('permission-answer')).toMatchObject([{ option: null, by: null }]);
    expect((await agent.until(({ pending }) => pending.length === 0)).state).not.toBe('failed');
  });

  it('keeps a second message waiting, shows it, and runs it after the first', async () => {
    const world = await startWorld();
    const agent = await world.create(null);
    const held = await stream(world, agent, 'First', 'Answer ');
    world.model.script({ text: 'Second answer.' }, { text: 'Third answer.' });
    expect(await agent.say('Second')).toMatchObject({ queuedId: expect.any(String) });
    await agent.say('Third');
    expect((await agent.until(({ queued }) => queued === 2)).state).toBe('working');
    expect(world.model.turns()).toHaveLength(1);
    held.send('one.');
    held.end();
    await agent.turnEnd(3);
    expect(agent.story()).toBe(
      'user: First\nmessage: Answer one.\nend: end_turn\nuser: Second\nmessage: Second answer.\nend: end_turn\n' +
        'user: Third\nmessage: Third answer.\nend: end_turn',
    );
    expect(await agent.until(({ state }) => state === 'finished')).toMatchObject({ queued: 0 });
  });

  it('shows an error of the model as an error, and goes on', async () => {
    const world = await startWorld();
    world.model.always({ error: 400, message: 'The scripted model is unwell' });
    const agent = await world.create('Hello');
    const end = await agent.turnEnd(1);
    expect(end).toMatchObject({ reason: 'failed', state: 'failed' });
    expect(end.error).toContain('The scripted model is unwell');
    // Claude says it in a message too.
    for (const { text } of agent.all('message')) expect(text).toContain('The scripted model is unwell');
    world.model.always(null);
    world.model.script({ text: 'Better now.' });
    await agent.say('And now?');
    expect(await agent.turnEnd(2)).toMatchObject({ reason: 'end_turn', error: null, state: 'finished' });
  });

  it('says that a login is needed when the model refuses the key, or stays cancellable while it tries again', async () => {
    const world = await startWorld();
    world.model.always({ error: 401, message: 'invalid key' });
    const agent = await world.create('Hello');
    if (program.triesAgain.includes(401)) {
      await expect.poll(() => world.model.requests.length).toBeGreaterThan(1);
      await agent.cancel();
      expect(await agent.turnEnd(1)).toMatchObject({ reason: 'cancelled' });
    } else expect(await agent.turnEnd(1)).toMatchObject({ reason: 'failed', error: expect.any(String) });
  });

  it('is cancelled at once while it waits for an overloaded model', async () => {
    const world = await startWorld();
    world.model.always({ error: 429, message: 'too many requests' });
    const agent = await world.create('Hello');
    if (!program.triesAgain.includes(429)) {
      expect(await agent.turnEnd(1)).toMatchObject({ reason: 'failed', error: expect.stringContaining('429') });
      return;
    }
    await expect.poll(() => world.model.requests.length).toBeGreaterThan(2);
    const begun = performance.now();
    await agent.cancel();
    expect(await agent.turnEnd(1)).toMatchObject({ reason: 'cancelled', error: null });
    expect(performance.now() - begun).toBeLessThan(2000);
  });
});

/** Begins a turn whose answer has started with `text` and goes on when the test says so. */
async function stream({ model }: AgentWorld, agent: AgentRun, prompt: string, text: string) {
  const held = model.hold();
  model.script({ stream: held });
  await agent.say(prompt);
  await held.started;
  held.send(text);
  await agent.said(text.trim());
  return held;
}
