import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { AgentSummary, ExternalSession, ProviderSummary } from '../src-shared/wire/agent.ts';
import { AgentDetail, QueuedPrompt } from '../src-shared/wire/detail.ts';
import { fakeProvider, type TestFolder, testFolder, writeConfig } from './support/daemon-home.ts';
import { PaseoCommands } from './support/paseo-command.ts';

const Created = z.looseObject({ agentId: z.string() });
const Sent = z.strictObject({
  event: z.literal('sent'),
  agentId: z.string(),
  seq: z.int().nullable(),
  queuedId: z.string().nullable(),
});
const Shown = z.strictObject({ agent: AgentSummary, detail: AgentDetail });
const Queue = z.strictObject({ queue: z.array(QueuedPrompt.extend({ text: z.string() })), paused: z.boolean() });
const Any = z.looseObject({});

let folder: TestFolder;
let paseo: PaseoCommands;

beforeEach(async () => {
  folder = await testFolder();
  paseo = new PaseoCommands(folder);
  const memory = join(folder.workspace, '../memory');
  await mkdir(memory);
  await writeConfig(folder.home, {
    daemon: { listen: '127.0.0.1:0', relay: { embeddedPort: 0 } },
    agents: {
      providers: {
        fake: { ...fakeProvider, args: [...fakeProvider.args, '--rich', '--resume', '--memory', memory] },
        absent: { label: 'Absent', command: 'no-such-program' },
      },
    },
  });
  await paseo.startDaemon();
});

afterEach(async () => {
  await paseo.stop();
  await folder.remove();
});

async function start(...prompt: string[]): Promise<string> {
  const words = ['run', '--detach', '--provider', 'fake', '--', prompt.join('\n')];
  const { code, stdout, stderr } = await paseo.run(words);
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
  return stdout.trim();
}

/** Everything that the conversation shows, once it matches. */
async function conversation(agentId: string, pattern: RegExp): Promise<string> {
  const follow = paseo.begin(['attach', agentId]);
  await follow.output(pattern);
  follow.kill('SIGINT');
  return (await follow.finished).stdout;
}

describe('messages to an agent that works', () => {
  it('wait in a queue that can be looked at, changed and emptied, and go on after a stop', async () => {
    const id = await start('say begun', 'hang');
    await conversation(id, /^begun/m);
    const first = await paseo.json(Sent, ['send', id, 'say the first']);
    const second = await paseo.json(Sent, ['send', id, 'say the second']);
    expect([first.seq, second.seq]).toEqual([null, null]);
    const { queue } = await paseo.json(Queue, ['queue', 'ls', id]);
    expect(queue.map(({ id: queued, text }) => [queued, text])).toEqual([
      [first.queuedId, 'say the first'],
      [second.queuedId, 'say the second'],
    ]);
    await paseo.json(Any, ['queue', 'rm', id, first.queuedId ?? '']);
    await paseo.json(Any, ['queue', 'edit', id, second.queuedId ?? '', 'say the changed']);
    expect((await paseo.run(['queue', 'rm', id, first.queuedId ?? ''])).stderr).toContain('error[not_found]');
    // A long one is given as a whole, also when it is taken out.
    const long = `say ${'word '.repeat(1000)}END`;
    const { queuedId } = await paseo.json(Sent, ['send', id, long]);
    const { queue: withLong } = await paseo.json(Queue, ['queue', 'ls', id]);
    expect(withLong.at(-1)).toMatchObject({ id: queuedId, text: long, whole: true });
    expect((await paseo.run(['queue', 'rm', id, queuedId ?? ''])).stdout).toBe(`Taken out: ${long}\n`);

    await paseo.json(Any, ['stop', id]);
    expect(await paseo.json(Queue, ['queue', 'ls', id])).toMatchObject({
      paused: true,
      queue: [{ text: 'say the changed' }],
    });
    await paseo.json(Any, ['queue', 'go', id]);
    const text = await conversation(id, /the changed\n-- finished/);
    expect(text).toContain('-- stopped');
    expect(text).not.toContain('the first');
  });

  it('can bring files and point at files of the folder', async () => {
    await writeFile(join(folder.workspace, 'notes.txt'), 'remember the milk');
    await writeFile(join(folder.workspace, 'source.ts'), 'export const answer = 42;');
    const id = await start('say ready');
    await conversation(id, /ready\n-- finished/);
    await paseo.json(Sent, ['send', id, '--file', 'notes.txt', '--mention', 'source.ts', 'blocks']);
    const text = await conversation(id, /blocks[^]*-- finished/);
    expect(text).toMatch(/> blocks.*\n {2}with notes\.txt, source\.ts/);
    expect(text).toMatch(/resource file:\/\/\S+notes\.txt/);
    expect(text).toContain(`link file://${join(folder.workspace, 'source.ts')}`);
    const outside = await paseo.run(['send', id, '--mention', '../memory', 'blocks']);
    expect(outside.stderr).toMatch(/^error\[bad_request\]/);
    const missing = await paseo.run(['send', id, '--file', 'nowhere.txt', 'blocks']);
    expect(missing).toMatchObject({ code: 2 });
  });
});

describe('an agent', () => {
  it('shows its options, how full it is, and the way to go on in a terminal', async () => {
    const id = await start('usage 1200 200000', 'title Count the sheep', 'say done');
    await conversation(id, /done\n-- finished/);
    const { agent, detail } = await paseo.json(Shown, ['show', id]);
    expect(agent).toMatchObject({ title: 'Count the sheep', state: 'finished' });
    expect(detail.usage).toEqual({ used: 1200, size: 200_000, cost: { amount: 0.25, currency: 'USD' } });
    expect(detail.commands.map(({ name }) => name)).toEqual(['review', 'compact']);
    const shown = await paseo.run(['show', id]);
    expect(shown.stdout).toContain('1200 of 200000 tokens, 0.25 USD');

    await paseo.json(Any, ['option', id, 'model', 'Large']);
    await paseo.json(Any, ['option', id, 'fast', 'true']);
    await paseo.json(Sent, ['send', id, 'chosen']);
    await conversation(id, /mode=ask model=large fast=true/);
    expect((await paseo.run(['option', id, 'model', 'huge'])).stderr).toContain('error[no_such_option]');
  });

  it('asks questions that are answered or declined here', async () => {
    const id = await start('form What shall it be?');
    await conversation(id, /^\? What shall it be\?/m);
    const wrong = await paseo.run(['answer', id, '--set', 'name=x', '--set', 'colour=red']);
    expect(wrong.stderr).toMatch(/^error\[bad_request\]: .*[Nn]ame/);
    const fields = ['--set', 'name=Ada', '--set', 'colour=blue', '--set', 'parts=tests,docs', '--set', 'count=2'];
    await paseo.json(Any, ['answer', id, ...fields]);
    const text = await conversation(id, /answer: accept/);
    expect(text).toMatch(/answer: accept .*"colour":"blue"/);
    await paseo.json(Sent, ['send', id, 'form Again?']);
    await conversation(id, /^\? Again\?/m);
    expect(await paseo.json(Any, ['answer', id, '--decline'])).toMatchObject({ action: 'decline' });
    await conversation(id, /answer: decline/);
  });

  it('goes on where a killed daemon and agent left it, when told to', async () => {
    const id = await start('say remember me', 'hang');
    await conversation(id, /^remember me/m);
    await paseo.json(Any, ['stop', id]);
    await paseo.json(Any, ['daemon', 'stop', '--stop-agents']);
    await paseo.startDaemon();
    await paseo.json(Any, ['resume', id]);
    await conversation(id, /Continue where you left off[^]*-- finished/);
    await paseo.json(Sent, ['send', id, 'recall']);
    await conversation(id, /say remember me/);
    expect((await paseo.run(['resume', id])).stderr).toContain('error[bad_request]');
  });
});

describe('kinds of agents', () => {
  it('say whether they can be used, with the fix', async () => {
    const { providers } = await paseo.json(z.strictObject({ providers: z.array(ProviderSummary) }), ['providers']);
    expect(providers.find(({ id }) => id === 'fake')).toMatchObject({ state: 'ready' });
    expect(providers.find(({ id }) => id === 'absent')).toMatchObject({ state: 'not-installed' });
    const { stderr } = await paseo.run(['providers']);
    expect(stderr).toContain('Absent: Install no-such-program');
  });

  it('list the sessions of their own programs, which can be imported once', async () => {
    const id = await start('say the old story');
    await conversation(id, /-- finished/);
    const Sessions = z.strictObject({ sessions: z.array(ExternalSession) });
    const { sessions } = await paseo.json(Sessions, ['sessions', 'fake']);
    expect(sessions).toMatchObject([{ agentId: id, cwd: folder.workspace, title: 'say the old story' }]);
    const [session] = sessions;
    const twice = await paseo.run(['import', 'fake', session?.sessionId ?? '']);
    expect(twice).toMatchObject({ code: 1 });
    await writeFile(join(folder.workspace, '../memory/from-terminal.jsonl'), '"say an older story"\n');
    await writeFile(join(folder.workspace, '../memory/from-terminal.cwd'), folder.workspace);
    const { agentId } = await paseo.json(Created, ['import', 'fake', 'from-terminal']);
    await paseo.json(Sent, ['send', agentId, 'recall']);
    const text = await conversation(agentId, /recall[^]*-- finished/);
    expect(text).toMatch(/^> say an older story\n/);
  });
});
