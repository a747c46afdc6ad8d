import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { forEachProgram } from './each-program.ts';

await forEachProgram((program, startWorld) => {
  it('asks, writes, is cut by nothing but its person, and remembers', { timeout: 180_000 }, async () => {
    const world = await startWorld();
    const { model, project } = world;
    await expect.poll(() => world.provider()).toMatchObject({ state: 'ready' });

    // Asked and allowed: the file is there only then, and the person sees what it will be.
    const write = program.write(project, 'hello.txt', 'Hello from Paseo\n');
    model.script({ ...write, text: 'I will write it. ' }, { text: 'The file is written.' });
    const agent = await world.create('Write hello.txt');
    const request = await agent.permission();
    await expect(stat(join(project, 'hello.txt'))).rejects.toThrow('ENOENT');
    const asked = agent.all('permission')[0]!;
    expect(asked.content.concat(agent.tool(asked.toolCallId).content ?? [])).toContainEqual(
      expect.objectContaining({ type: 'diff', newText: 'Hello from Paseo\n' }),
    );
    await agent.answer(request, 'allow_once');
    expect(await agent.turnEnd(1)).toMatchObject({ reason: 'end_turn', state: 'finished' });
    expect(await readFile(join(project, 'hello.txt'), 'utf8')).toBe('Hello from Paseo\n');
    expect(agent.story()).toBe(
      'user: Write hello.txt\nmessage: I will write it.\npermission: edit\nanswer: allow_once\n' +
        'message: The file is written.\nend: end_turn',
    );

    // Cancelled while a command runs: it ends, and so does what it started in a session of its own.
    model.script(program.run('setsid tail -f /dev/null & sleep 301'));
    await agent.say('Run something long');
    await agent.answer(await agent.permission(), 'allow_once');
    await expect.poll(() => agent.processes('tail -f /dev/null')).not.toEqual([]);
    await expect.poll(() => agent.processes('sleep 301')).not.toEqual([]);
    const cancelledAt = performance.now();
    await agent.cancel();
    expect(performance.now() - cancelledAt).toBeLessThan(2000);
    expect(await agent.processes('sleep 301')).toEqual([]);
    expect(await agent.processes('tail -f /dev/null')).toEqual([]);
    expect(await agent.turnEnd(2)).toMatchObject({ reason: 'cancelled' });

    // The daemon dies in the middle of an answer, and the answer goes on.
    const held = model.hold();
    model.script({ stream: held });
    await agent.say('Tell me a story');
    await held.started;
    held.send('Once upon ');
    await agent.said('Once upon');
    await world.killDaemon();
    held.send('a time ');
    await world.startDaemon();
    held.send('there was an end.');
    held.end();
    expect(await agent.turnEnd(3)).toMatchObject({ reason: 'end_turn', state: 'finished' });
    expect(agent.all('message').at(-1)?.text).toBe('Once upon a time there was an end.');

    // Everything stops, and the agent goes on from what it knows.
    await world.stopDaemon('stop');
    expect(await agent.processes('')).toEqual([]);
    await world.startDaemon();
    expect(await agent.until(() => true)).toMatchObject({ state: 'finished' });
    model.script({ text: 'I do remember.' });
    await agent.say('Do you remember?');
    expect(await agent.turnEnd(4)).toMatchObject({ reason: 'end_turn' });
    expect(model.turns().at(-1)?.told).toContain('Write hello.txt');
    expect(agent.all('message').at(-1)?.text).toBe('I do remember.');
  });
});
