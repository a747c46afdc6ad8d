import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AgentSupervisor } from '../../src-main/daemon/agents/agent-supervisor.ts';
import { collectingLogger } from '../../src-main/platform/logger.ts';
import type { AgentSummary } from '../../src-shared/wire/agent.ts';
import type { EntryBody } from '../../src-shared/wire/timeline.ts';
import { ModelServer } from '../model-server/model-server.ts';
import { installOpenCode, openCodeHome, openCodeOffline } from './opencode.ts';

const someone = { deviceId: null, name: 'Test' };
const program = await installOpenCode();
if (program === null) console.log('skipped: real OpenCode, because the package registry cannot be reached');

let root: string;
let model: ModelServer;
let supervisor: AgentSupervisor;

async function makeSupervisor(home: string): Promise<AgentSupervisor> {
  await mkdir(join(home, 'agents'), { recursive: true });
  const made = new AgentSupervisor({
    folder: join(home, 'agents'),
    providers: () => ({ opencode: { command: program!, env: { ...openCodeOffline } } }),
    environment: await openCodeHome(home, model.baseUrl),
    userHome: home,
    appVersion: '0.0.0',
    logger: collectingLogger(),
  });
  await made.start();
  return made;
}

function until(id: string, holds: (agent: AgentSummary) => boolean): Promise<AgentSummary> {
  return new Promise((resolve) => {
    const look = () => {
      const agent = supervisor.get(id)!;
      if (!holds(agent)) return;
      stop();
      resolve(agent);
    };
    const stop = supervisor.onChange(look);
    look();
  });
}

const atRest = ({ state }: AgentSummary) => !['starting', 'working', 'needs-you'].includes(state);

async function transcript(id: string): Promise<EntryBody[]> {
  const timeline = supervisor.timeline(id)!;
  return (await timeline.page(timeline.lastSeq + 1, 200)).map(({ body }) => body);
}

beforeAll(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'paseo-opencode-')));
  await mkdir(join(root, 'project'));
  model = await ModelServer.start();
  supervisor = await makeSupervisor(root);
});
afterAll(async () => {
  await supervisor.stop();
  await model.stop();
  await rm(root, { recursive: true, force: true });
});

test.skipIf(program === null)(
  'real OpenCode asks, is allowed, writes the file, and remembers after a restart',
  async () => {
    const target = join(root, 'project', 'hello.txt');
    model.script(
      { tool: 'write', input: { filePath: target, content: 'Hello from Paseo\n' }, text: 'I will write it. ' },
      { text: 'The file is written.' },
    );
    const cwd = join(root, 'project');
    const { agentId: id } = await supervisor.create({
      provider: 'opencode',
      cwd,
      prompt: 'Write hello.txt',
      by: someone,
    });
    const { pending } = await until(id, (agent) => agent.state === 'needs-you' || atRest(agent));
    expect(supervisor.get(id)?.error).toBeNull();
    expect(pending).toHaveLength(1);
    await expect(readFile(target)).rejects.toThrow();
    const allow = pending[0]!.options.find(({ kind }) => kind === 'allow_once')!;
    await supervisor.answerPermission(id, pending[0]!.requestId, allow.optionId, someone);
    expect(await until(id, atRest)).toMatchObject({ state: 'finished', error: null });
    expect(await readFile(target, 'utf8')).toBe('Hello from Paseo\n');
    const bodies = await transcript(id);
    const kinds = bodies.map(({ kind }) => kind).filter((kind) => kind !== 'tool-update');
    expect(kinds).toEqual(['user', 'message', 'tool', 'permission', 'permission-answer', 'message', 'turn-end']);
    expect(bodies.filter((body) => body.kind === 'message').map(({ text }) => text.trim())).toEqual([
      'I will write it.',
      'The file is written.',
    ]);
    expect(bodies.find((body) => body.kind === 'permission')).toMatchObject({ toolKind: 'edit' });

    // A streamed turn is cut by a restart; the next prompt goes on in the same conversation.
    const held = model.hold();
    model.script({ stream: held }, { text: 'I do remember.' });
    await supervisor.prompt(id, 'Tell me more', someone);
    await held.started;
    held.send('Well, once ');
    await until(id, ({ lastSeq }) => lastSeq > bodies.length + 1);
    await supervisor.stop();
    held.end();
    supervisor = await makeSupervisor(root);
    expect(supervisor.get(id)).toMatchObject({ state: 'interrupted' });
    expect((await transcript(id)).slice(bodies.length)).toMatchObject([
      { kind: 'user' },
      { kind: 'message', text: 'Well, once ' },
      { kind: 'turn-end', reason: 'interrupted' },
    ]);
    await supervisor.prompt(id, 'Do you remember?', someone);
    expect(await until(id, atRest)).toMatchObject({ state: 'finished', error: null });
    expect((await transcript(id)).slice(bodies.length + 3)).toMatchObject([
      { kind: 'user' },
      { kind: 'message', text: 'I do remember.' },
      { kind: 'turn-end', reason: 'end_turn' },
    ]);
    const last = model.requests.filter(({ tools }) => tools?.length).at(-1);
    expect(JSON.stringify(last?.messages)).toContain('Write hello.txt');
  },
  120_000,
);

test.skipIf(program === null)(
  'real OpenCode without a model of the person’s own is not given the prompt',
  async () => {
    const home = join(root, 'stranger');
    const environment = await openCodeHome(home, model.baseUrl);
    await writeFile(join(home, '.config', 'opencode', 'opencode.json'), '{"autoupdate":false,"share":"disabled"}');
    const asked = model.requests.length;
    const other = supervisor;
    await mkdir(join(home, 'agents'));
    supervisor = new AgentSupervisor({
      folder: join(home, 'agents'),
      providers: () => ({ opencode: { command: program!, env: { ...openCodeOffline } } }),
      environment,
      userHome: home,
      appVersion: '0.0.0',
      logger: collectingLogger(),
    });
    try {
      await supervisor.start();
      const { agentId: id } = await supervisor.create({
        provider: 'opencode',
        cwd: home,
        prompt: 'A secret',
        by: someone,
      });
      expect(await until(id, atRest)).toMatchObject({
        state: 'failed',
        error: expect.stringContaining('opencode auth login'),
      });
      expect((await transcript(id)).map(({ kind }) => kind)).toEqual(['user', 'turn-end']);
      expect(model.requests).toHaveLength(asked);
    } finally {
      await supervisor.stop();
      supervisor = other;
    }
  },
  120_000,
);
