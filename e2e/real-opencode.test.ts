import { once } from 'node:events';
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { testHostProgram } from '../src-main/agent-host/host-fixture.ts';
import { BriefAgent } from '../src-main/daemon/agents/providers/brief-agent.ts';
import { ProviderDirectory } from '../src-main/daemon/agents/providers/provider-directory.ts';
import type { Launch } from '../src-main/daemon/agents/providers/provider-directory.ts';
import { SessionState } from '../src-main/daemon/agents/acp/session-state.ts';
import { systemClock } from '../src-shared/clock.ts';
import { installProgram } from './agents/programs.ts';
import { ModelServer } from './model-server/model-server.ts';

let root: string;
let model: ModelServer;
/** Answers nothing, and notes what was asked for. */
let proxy: Server;
const outside: string[] = [];
beforeAll(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'paseo-opencode-')));
  model = await ModelServer.start();
  proxy = createServer((request, response) => {
    outside.push(request.url ?? '');
    response.writeHead(502).end();
  });
  proxy.on('connect', (request, socket) => {
    outside.push(request.url ?? '');
    socket.on('error', () => {}).end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
});
afterAll(async () => {
  proxy.closeAllConnections();
  proxy.close();
  await model.stop();
  await rm(root, { recursive: true, force: true });
});

/** OpenCode started as Paseo starts it, in a home with this configuration and nobody to ask but the model. null: it cannot be had. */
async function start(
  name: string,
  config: object,
): Promise<{ agent: BriefAgent; launch: Launch; project: string } | null> {
  const program = await installProgram('opencode');
  if (program === null) return null;
  const home = join(root, name);
  const [bin, project, settings] = ['bin', 'project', '.config/opencode'].map((folder) => join(home, folder));
  for (const folder of [bin!, project!, settings!]) await mkdir(folder, { recursive: true });
  await symlink(program, join(bin!, 'opencode'));
  await writeFile(join(settings!, 'opencode.json'), JSON.stringify(config));
  const address = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  const quiet = ['AUTOUPDATE', 'MODELS_FETCH', 'LSP_DOWNLOAD', 'DEFAULT_PLUGINS', 'SHARE'];
  const env = {
    ...{ HTTP_PROXY: address, HTTPS_PROXY: address, NO_PROXY: '127.0.0.1', npm_config_registry: `${model.origin}/` },
    ...Object.fromEntries(quiet.map((what) => [`OPENCODE_DISABLE_${what}`, '1'])),
  };
  const adapters = { claude: '', codex: '' };
  const runtime = { nodePath: process.execPath, hostProgram: await testHostProgram(), adapters };
  const directory = new ProviderDirectory({
    configured: () => ({ opencode: { env } }),
    environment: { PATH: `${bin}:/usr/bin:/bin`, HOME: home },
    runtime,
    loginShell: false,
  });
  const launch = await directory.launch('opencode', `real${name}`);
  const agent = BriefAgent.start({ ...launch, cwd: project!, runtime, clock: systemClock });
  await agent.initialize('0.0.0');
  return { agent, launch, project: project! };
}

const Session = z.looseObject({ sessionId: z.string() });

test('OpenCode with a model of the person offers no hosted one, and asks nobody else for the answer and the title', async (context) => {
  // No `model`, no `small_model`, no `enabled_providers`, and a name that no rule for small models knows.
  const models = { 'zorbl-9': { name: 'Zorbl' } };
  const options = { baseURL: model.baseUrl, apiKey: 'test-key' };
  const own = { npm: '@ai-sdk/openai-compatible', name: 'Own', options, models };
  const started = await start('own', { provider: { own } });
  if (started === null) return context.skip();
  const { agent, launch, project } = started;
  try {
    const session = await agent.request('session/new', { cwd: project, mcpServers: [] });
    const state = new SessionState(() => {});
    state.opened(session);
    expect(await launch.entry.refuses({ model: state.model, env: launch.env })).toBeNull();
    const offered = state.detail().options.find(({ category }) => category === 'model');
    expect(offered).toMatchObject({ value: 'own/zorbl-9', choices: [{ value: 'own/zorbl-9' }] });
    const { sessionId } = Session.parse(session);
    const prompt = [{ type: 'text', text: 'A secret' }];
    expect(await agent.request('session/prompt', { sessionId, prompt })).toMatchObject({ stopReason: 'end_turn' });
    // The answer, and the title.
    await expect.poll(() => model.requests.length).toBe(2);
  } finally {
    await agent.stop();
  }
  expect(outside).toEqual([]);
}, 300_000);

test('OpenCode without a model of the person has none, and is given no prompt', async (context) => {
  const started = await start('stranger', {});
  if (started === null) return context.skip();
  const { agent, launch, project } = started;
  try {
    const state = new SessionState(() => {});
    state.opened(await agent.request('session/new', { cwd: project, mcpServers: [] }));
    const refusal = await launch.entry.refuses({ model: state.model, env: launch.env });
    expect(refusal).toContain('opencode auth login');
    expect(JSON.stringify(state.detail())).not.toContain('opencode/');
  } finally {
    await agent.stop();
  }
  expect(outside).toEqual([]);
}, 300_000);
