import { expect, it } from 'vitest';
import { forEachProgram } from './each-program.ts';

await forEachProgram((program, startWorld) => {
  it('without a login says so with the command that mends it, and no model is told anything', async () => {
    const world = await startWorld({ stranger: true });
    const provider = await world.provider();
    expect(provider.version).toMatch(/^\d+\.\d+\.\d+/);
    if (program.name !== 'opencode') expect(provider).toMatchObject({ state: 'not-logged-in', command: program.login });
    const agent = await world.create('A secret');
    const end = await agent.turnEnd(1);
    expect(end).toMatchObject({ reason: 'failed', state: 'failed' });
    expect(end.error).toContain(program.login);
    expect(agent.all('message')).toEqual([]);
    expect(world.model.requests).toEqual([]);
  });

  it('is ready with its version and path when it is logged in', async () => {
    const world = await startWorld();
    expect(await world.provider()).toMatchObject({
      state: 'ready',
      path: expect.stringMatching(new RegExp(`/${program.name}$`)),
      version: program.version,
      fix: null,
      command: null,
    });
  });
});
