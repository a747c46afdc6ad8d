import { expect, it } from 'vitest';
import { markedProcesses } from '../../src-main/platform/process-census.ts';
import { forEachProgram } from './each-program.ts';
import type { AgentRun } from './agent-run.ts';
import type { AgentWorld } from './agent-world.ts';

await forEachProgram((program, startWorld) => {
  it('goes on with its answer while the daemon is killed and comes back', async () => {
    const world = await startWorld();
    const { held, agent } = await midAnswer(world);
    const host = await world.hostPid(agent.id);
    await world.killDaemon();
    held.send('two ');
    await world.startDaemon();
    held.send('three.');
    held.end();
    expect(await agent.turnEnd(1)).toMatchObject({ reason: 'end_turn', error: null, state: 'finished' });
    expect(agent.story()).toBe('user: Count\nmessage: one two three.\nend: end_turn');
    expect(await world.hostPid(agent.id)).toBe(host);
    await remembers(world, agent, 2);
  });

  it('finishes its answer while no daemon is there, after a normal stop that keeps agents', async () => {
    const world = await startWorld();
    const { held, agent } = await midAnswer(world);
    await world.stopDaemon('keep');
    expect((await agent.processes('')).length).toBeGreaterThan(0);
    held.send('two three.');
    held.end();
    await held.ended;
    await world.startDaemon();
    expect(await agent.turnEnd(1)).toMatchObject({ reason: 'end_turn', error: null });
    expect(agent.story()).toBe('user: Count\nmessage: one two three.\nend: end_turn');
  });

  it('sends what waits after an answer that ended while no daemon was there', async () => {
    const world = await startWorld();
    const { held, agent } = await midAnswer(world);
    await agent.say('And then?');
    world.model.script({ text: 'four.' });
    await world.stopDaemon('keep');
    held.send('two three.');
    held.end();
    await held.ended;
    await expect.poll(() => world.journal(agent.id)).toContain('stopReason');
    await world.startDaemon();
    expect(await agent.turnEnd(2)).toMatchObject({ reason: 'end_turn', error: null, state: 'finished' });
    expect(agent.story()).toBe(
      'user: Count\nmessage: one two three.\nend: end_turn\nuser: And then?\nmessage: four.\nend: end_turn',
    );
  });

  it('is marked interrupted when its host dies with the daemon, leaves no process, and resumes with its memory', async () => {
    const world = await startWorld();
    const { held, agent } = await midAnswer(world);
    const host = await world.hostPid(agent.id);
    await world.killDaemon();
    process.kill(host, 'SIGKILL');
    await world.startDaemon();
    expect(await agent.turnEnd(1)).toMatchObject({ reason: 'interrupted', state: 'interrupted' });
    await expect.poll(() => agent.processes('')).toEqual([]);
    held.end();
    expect(agent.all('message').map(({ text }) => text.trim())).toEqual(['one']);
    world.model.script({ text: 'two three.' });
    await agent.resume();
    expect(await agent.turnEnd(2)).toMatchObject({ reason: 'end_turn', error: null, state: 'finished' });
    expect(world.model.turns().at(-1)?.told).toContain('Count');
  });

  it('is marked interrupted by a stop that ends agents, and resumes with its memory', async () => {
    const world = await startWorld();
    const { held, agent } = await midAnswer(world);
    await world.stopDaemon('stop');
    expect(await agent.processes('')).toEqual([]);
    held.end();
    await world.startDaemon();
    expect(await agent.turnEnd(1)).toMatchObject({ reason: 'interrupted', state: 'interrupted' });
    world.model.script({ text: 'two three.' });
    await agent.resume();
    expect(await agent.turnEnd(2)).toMatchObject({ reason: 'end_turn', error: null });
    expect(world.model.turns().at(-1)?.told).toContain('Count');
  });

  it('says how its program died, and starts it again with its memory at the next message', async () => {
    const world = await startWorld();
    // Programs write down what was said a moment later; a whole turn is there.
    world.model.script({ text: 'Noted.' });
    const agent = await world.create('Count');
    await agent.turnEnd(1);
    const held = world.model.hold();
    world.model.script({ stream: held });
    await agent.say('Go on');
    await held.started;
    for (const { pid } of await markedProcesses(agent.id)) process.kill(pid, 'SIGKILL');
    const end = await agent.turnEnd(2);
    expect(end.reason).toMatch(/failed|interrupted/);
    expect(end.error).toMatch(/ended|SIGKILL/);
    held.end();
    await remembers(world, agent, 3);
  });

  it('remembers after everything was stopped', async () => {
    const world = await startWorld();
    world.model.script({ text: 'Noted.' });
    const agent = await world.create('Count');
    expect(await agent.turnEnd(1)).toMatchObject({ reason: 'end_turn' });
    await world.stopDaemon('stop');
    expect(await agent.processes('')).toEqual([]);
    await world.startDaemon();
    expect(await agent.until(() => true)).toMatchObject({ state: 'finished', error: null });
    expect(agent.story()).toBe('user: Count\nmessage: Noted.\nend: end_turn');
    await remembers(world, agent, 2);
  });
});

/** The next turn, number `turn`, is told of the first prompt. */
async function remembers({ model }: AgentWorld, agent: AgentRun, turn: number): Promise<void> {
  model.script({ text: 'I remember.' });
  await agent.say('Do you remember?');
  expect(await agent.turnEnd(turn)).toMatchObject({ reason: 'end_turn', error: null, state: 'finished' });
  expect(agent.all('message').at(-1)?.text).toBe('I remember.');
  expect(model.turns().at(-1)?.told).toContain('Count');
}

/** An agent that has said "one " and waits for the test to let it go on. */
async function midAnswer(world: AgentWorld) {
  const held = world.model.hold();
  world.model.script({ stream: held });
  const agent = await world.create('Count');
  await held.started;
  held.send('one ');
  await agent.said('one');
  return { held, agent };
}
