import { mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Clock } from '../../../../src-shared/clock.ts';
import { systemClock } from '../../../../src-shared/clock.ts';
import { testHostProgram } from '../../../agent-host/host-fixture.ts';
import { processStart } from '../../../platform/process-start.ts';
import { ExternalSessions } from './external-sessions.ts';
import { ProviderDirectory } from './provider-directory.ts';

let root: string;
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'paseo-sessions-')));
});
afterEach(() => rm(root, { recursive: true, force: true }));

/** An ACP agent whose answer to `session/list` is what `list(params)` returns or throws. */
async function agent(list: string, capabilities = '{ sessionCapabilities: { list: {} } }'): Promise<ExternalSessions> {
  const script = join(root, 'agent.mjs');
  await writeFile(
    script,
    `import { appendFileSync } from 'node:fs';
    import { spawn } from 'node:child_process';
    import { createInterface } from 'node:readline';
    const say = (message) => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', ...message }) + '\\n');
    const left = [false, true].map((detached) => spawn('sleep', ['600'], { detached, stdio: 'ignore' }).pid);
    appendFileSync(${JSON.stringify(join(root, 'pids'))}, [process.pid, ...left].join(' ') + '\\n');
    console.log('a line that is no JSON');
    const list = ${list};
    createInterface({ input: process.stdin }).on('line', async (line) => {
      const { id, method, params } = JSON.parse(line);
      if (method === 'initialize') return say({ id, result: { protocolVersion: 1, agentCapabilities: ${capabilities} } });
      if (method !== 'session/list') return;
      say({ id: 'mine', method: 'fs/read_text_file', params: {} });
      say({ method: 'session/update', params: {} });
      try { say({ id, result: await list(params ?? {}) }); } catch (error) { say({ id, error }); }
    });`,
  );
  return sessions(script);
}

async function sessions(script: string, clock: Clock = systemClock): Promise<ExternalSessions> {
  const directory = new ProviderDirectory({
    configured: () => ({ fake: { label: 'Fake', command: process.execPath, args: [script] } }),
    environment: { PATH: process.env['PATH'], HOME: root },
    runtime: null,
    loginShell: false,
  });
  const runtime = { nodePath: process.execPath, hostProgram: await testHostProgram() };
  return new ExternalSessions({ directory, runtime, userHome: root, appVersion: '0.0.0', clock });
}

const first = { provider: 'fake', cwd: null, cursor: null };

async function nothingRuns(): Promise<void> {
  const pids = (await readFile(join(root, 'pids'), 'utf8')).trim().split(/\s/);
  // A killed process is gone a moment later.
  for (const pid of pids) while ((await processStart(Number(pid))) !== null);
}

test('sessions are listed as the agent has them, cut to what the wire takes, and the program is gone', async () => {
  const page = await (
    await agent(`() => ({ sessions: [
      { sessionId: 'a', cwd: '/w', title: 'x'.repeat(300), updatedAt: '2026-01-02T03:04:05+01:00', more: 1 },
      { sessionId: 'b', cwd: '/w', title: null, updatedAt: 'yesterday' },
      { sessionId: 7, cwd: '/w' }, 'nonsense', null, { sessionId: 'c'.repeat(5000), cwd: '/w' },
    ] })`)
  ).list(first);
  expect(page).toEqual({
    sessions: [
      { sessionId: 'a', cwd: '/w', title: 'x'.repeat(256), updatedAt: '2026-01-02T02:04:05.000Z' },
      { sessionId: 'b', cwd: '/w', title: '', updatedAt: null },
    ],
    cursor: null,
  });
  await nothingRuns();
});

test('pages follow the cursor of the agent, in parts where a page is too long', async () => {
  const external = await agent(`({ cursor }) => ({
    sessions: Array.from({ length: cursor ? 1 : 250 }, (_, i) => ({ sessionId: (cursor ?? 's') + i, cwd: '/w' })),
    nextCursor: cursor ? null : 'next',
  })`);
  const seen: string[] = [];
  let cursor: string | null = null;
  do {
    const page = await external.list({ ...first, cursor });
    expect(page.sessions.length).toBeLessThanOrEqual(200);
    seen.push(...page.sessions.map(({ sessionId }) => sessionId));
    ({ cursor } = page);
  } while (cursor !== null);
  expect(seen).toEqual([...Array.from({ length: 250 }, (_, i) => `s${i}`), 'next0']);
});

test('of one folder only those of that folder come, by either of its names, also from an agent that tells all', async () => {
  const external = await agent(`({ cwd }) => ({ sessions: ['/w', ${JSON.stringify(root)}].map((folder) => ({
    sessionId: folder, cwd: folder, title: String(cwd) })) })`);
  expect((await external.list({ ...first, cwd: root })).sessions).toMatchObject([{ sessionId: root, title: root }]);
  await symlink(root, join(root, 'link'));
  const linked = await external.list({ ...first, cwd: join(root, 'link') });
  expect(linked.sessions).toMatchObject([{ sessionId: root, title: root }]);
});

test('the program is marked, by a name of its own', async () => {
  const external = await agent(`() => ({ sessions: [{ sessionId: process.env.PASEO_AGENT_ID, cwd: '/w' }] })`);
  const [one, two] = [await external.list(first), await external.list(first)].map(({ sessions }) => sessions[0]);
  expect(one?.sessionId).toMatch(/^[a-z2-7]{8,}$/);
  expect(two?.sessionId).not.toBe(one?.sessionId);
});

describe('a list that cannot be had', () => {
  test.each([
    [
      'a login is needed',
      `() => { throw { code: -32000, message: 'Authentication required' }; }`,
      'agent_failed',
      'not logged in',
    ],
    ['it refuses', `() => { throw { code: -32603, message: 'Oh no' }; }`, 'agent_failed', 'Oh no'],
    ['it dies', `() => process.exit(3)`, 'agent_failed', 'ended without an answer'],
    ['it answers something else', `() => ({ sessions: 'none' })`, 'agent_failed', 'ACP does not know'],
    ['it says too much', `() => ({ sessions: ['x'.repeat(11e6)] })`, 'agent_failed', 'ended without an answer'],
  ])('says so when %s', async (_what, list, code, words) => {
    await expect((await agent(list)).list(first)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(words),
    });
    await nothingRuns();
  });

  test('is refused for agents that have none, and for a cursor that is none of ours', async () => {
    const external = await agent('() => ({ sessions: [] })', '{}');
    for (const cwd of [join(root, 'nowhere'), join(root, 'agent.mjs'), 'relative'])
      await expect(external.list({ ...first, cwd })).rejects.toMatchObject({ code: 'bad_folder' });
    await expect(external.list(first)).rejects.toMatchObject({ code: 'unsupported' });
    await expect(external.list({ ...first, provider: 'gemini' })).rejects.toMatchObject({ code: 'unsupported' });
    await expect(external.list({ ...first, provider: 'nobody' })).rejects.toMatchObject({
      code: 'provider_unavailable',
    });
    for (const cursor of ['x', '[1,2]', '["a",-1]'])
      await expect(external.list({ ...first, cursor })).rejects.toMatchObject({ code: 'bad_request' });
  });

  test('is given up after its time, when the daemon stops, and while others are made', async () => {
    const script = join(root, 'silent.mjs');
    await writeFile(
      script,
      `import { appendFileSync } from 'node:fs';
      process.on('SIGTERM', () => {}); process.stdin.resume();
      appendFileSync(${JSON.stringify(join(root, 'pids'))}, process.pid + '\\n');`,
    );
    const hurried: Clock = { now: systemClock.now, after: (ms, run) => systemClock.after(ms / 50, run) };
    const external = await sessions(script, hurried);
    await expect(external.list(first)).rejects.toMatchObject({ code: 'agent_failed' });
    const patient = await sessions(script);
    const waiting = [patient.list(first), patient.list(first)];
    await expect(patient.list(first)).rejects.toMatchObject({ code: 'too_many' });
    const ended = Promise.allSettled(waiting);
    await patient.stop();
    expect((await ended).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await nothingRuns();
  });
});
