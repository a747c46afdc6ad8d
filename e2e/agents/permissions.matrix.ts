import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { forEachProgram } from './each-program.ts';

await forEachProgram((program, startWorld) => {
  it('shows the change before it is allowed, and writes the file only then', async () => {
    const world = await startWorld();
    const { model, project } = world;
    model.script(program.write(project, 'new.txt', 'First\nSecond\n'), { text: 'Written.' });
    const agent = await world.create('Write it');
    const request = await agent.permission();
    expect(request).toMatchObject({ toolKind: 'edit' });
    await expect(stat(join(project, 'new.txt'))).rejects.toThrow('ENOENT');
    const [asked] = agent.all('permission');
    const shown = [...asked!.content, ...(agent.tool(asked!.toolCallId).content ?? [])];
    const diff = { type: 'diff', path: join(project, 'new.txt'), newText: 'First\nSecond\n' };
    expect(shown).toContainEqual(expect.objectContaining(diff));
    await agent.answer(request, 'allow_once');
    expect(await agent.turnEnd(1)).toMatchObject({ reason: 'end_turn', error: null, state: 'finished' });
    expect(await readFile(join(project, 'new.txt'), 'utf8')).toBe('First\nSecond\n');
    expect(agent.tool(asked!.toolCallId)).toMatchObject({ status: 'completed' });
    expect(agent.all('permission-answer')).toMatchObject([{ option: { kind: 'allow_once' }, by: expect.anything() }]);
  });

  it('leaves the file unwritten after a rejection, and goes on', async () => {
    const world = await startWorld();
    const { model, project } = world;
    model.script(program.write(project, 'new.txt', 'Unwanted\n'));
    const agent = await world.create('Write it');
    await agent.answer(await agent.permission(), 'reject_once');
    expect(await agent.turnEnd(1)).toMatchObject({ reason: program.rejected.reason, error: null });
    await expect(stat(join(project, 'new.txt'))).rejects.toThrow('ENOENT');
    if (program.rejected.told !== null) expect(model.turns().at(-1)?.told).toMatch(program.rejected.told);
    const [asked] = agent.all('permission');
    expect(agent.tool(asked!.toolCallId).status).not.toBe('completed');
    model.script({ text: 'As you like.' });
    await agent.say('Never mind');
    expect(await agent.turnEnd(2)).toMatchObject({ reason: 'end_turn', state: 'finished' });
  });

  it('asks for a command by its words, runs it, and shows what it says', async () => {
    const world = await startWorld();
    const { model, project } = world;
    const command = 'echo begin; sleep 1; echo made > made.txt; echo finish';
    model.script(program.run(command), { text: 'It ran.' });
    const agent = await world.create('Run it');
    const request = await agent.permission();
    expect(request).toMatchObject({ toolKind: 'execute', title: expect.stringContaining('echo begin') });
    await expect(stat(join(project, 'made.txt'))).rejects.toThrow('ENOENT');
    await agent.answer(request, 'allow_once');
    expect(await agent.turnEnd(1)).toMatchObject({ reason: 'end_turn', error: null });
    expect(await readFile(join(project, 'made.txt'), 'utf8')).toBe('made\n');
    const [asked] = agent.all('permission');
    const tool = agent.tool(asked!.toolCallId);
    expect(tool.status).toBe('completed');
    expect(JSON.stringify([tool.content, tool.output])).toContain('finish');
    expect(JSON.stringify(tool.input)).toContain('echo begin');
  });

  it('is not asked again for what was always allowed', async () => {
    const world = await startWorld();
    const { model, project } = world;
    model.script(program.write(project, 'one.txt', 'x\n'), { text: 'One.' });
    const agent = await world.create('Write one');
    await agent.answer(await agent.permission(), 'allow_always');
    expect(await agent.turnEnd(1)).toMatchObject({ reason: 'end_turn' });
    const name = program.always === 'file' ? 'one.txt' : 'two.txt';
    model.script(program.write(project, name, 'y\n'), { text: 'Two.' });
    await agent.say('Write another');
    expect(await agent.turnEnd(2)).toMatchObject({ reason: 'end_turn' });
    expect(agent.all('permission')).toHaveLength(1);
    expect(await readFile(join(project, name), 'utf8')).toBe('y\n');
  });

  it('keeps a request over a crash of the daemon, and the answer reaches the agent', async () => {
    const world = await startWorld();
    const { model, project } = world;
    model.script(program.write(project, 'new.txt', 'Late\n'), { text: 'Written.' });
    const agent = await world.create('Write it');
    const before = await agent.permission();
    await world.killDaemon();
    await world.startDaemon();
    const after = await agent.permission();
    expect(after.requestId).toBe(before.requestId);
    expect(agent.all('permission')).toHaveLength(1);
    await agent.answer(after, 'allow_once');
    expect(await agent.turnEnd(1)).toMatchObject({ reason: 'end_turn', error: null });
    expect(await readFile(join(project, 'new.txt'), 'utf8')).toBe('Late\n');
    expect(agent.all('permission-answer')).toHaveLength(1);
  });
});
