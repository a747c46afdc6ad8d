import { lstat, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { AgentSummary } from '../src-shared/wire/agent.ts';
import { TimelineEntry } from '../src-shared/wire/timeline.ts';
import { fakeProvider, type TestFolder, testFolder, writeConfig } from './support/daemon-home.ts';
import { PaseoCommands } from './support/paseo-command.ts';

const Agents = z.strictObject({ agents: z.array(AgentSummary) });
const Failed = z.strictObject({ error: z.strictObject({ code: z.string(), message: z.string() }) });

let folder: TestFolder;
let paseo: PaseoCommands;

beforeEach(async () => {
  folder = await testFolder();
  paseo = new PaseoCommands(folder);
  await writeConfig(folder.home, {
    daemon: { listen: '127.0.0.1:0', relay: { embeddedPort: 0 } },
    agents: { providers: { fake: fakeProvider } },
  });
});

afterEach(async () => {
  await paseo.stop();
  await folder.remove();
});

/** The lines of `--json` output that are timeline entries. */
function entriesOf(stdout: string): TimelineEntry[] {
  const Line = z.looseObject({ event: z.string(), entry: TimelineEntry.optional() });
  const lines = stdout.trimEnd().split('\n');
  return lines.flatMap((line) => Line.parse(JSON.parse(line)).entry ?? []);
}

describe('paseo daemon', () => {
  it('starts in the background, says who owns the home to a second start, and stops', async () => {
    const { pid, listen, home } = await paseo.startDaemon();
    expect(home).toBe(folder.home);
    const health = await fetch(`http://${listen[0]}/health`);
    expect(await health.json()).toEqual({ status: 'ok' });

    const second = await paseo.run(['daemon', 'start', '--json']);
    expect(second.code).toBe(1);
    expect(second.stdout).toBe('');
    const { error } = Failed.parse(JSON.parse(second.stderr));
    expect(error.code).toBe('locked');
    expect(error.message).toContain(`process ${pid}, since 20`);
    expect(error.message).toContain('without a window');

    const status = await paseo.run(['daemon', 'status']);
    expect(status.stdout).toContain(listen[0]);
    expect((await paseo.run(['daemon', 'stop'])).code).toBe(0);
    await expect(lstat(join(folder.home, 'daemon.lock'))).rejects.toThrow('ENOENT');
    await expect(fetch(`http://${listen[0]}/health`)).rejects.toThrow();
    const gone = await paseo.run(['daemon', 'status']);
    expect(gone).toMatchObject({ code: 1, stdout: '' });
    expect(gone.stderr).toContain('error[not_running]');
    expect(gone.stderr).toContain('paseo daemon start');
  });

  it('prints one line when it is ready in the foreground, and ends cleanly on SIGTERM', async () => {
    const args = ['daemon', 'start', '--foreground', '--json', '--listen', '127.0.0.1:0', '--listen', '127.0.0.2:0'];
    const daemon = paseo.begin(args);
    const [line] = await daemon.output(/^.*\n/);
    const ready = z.object({ pid: z.int(), listen: z.array(z.string()) }).parse(JSON.parse(line));
    expect(ready.listen.map((address) => address.split(':')[0])).toEqual(['127.0.0.1', '127.0.0.2']);
    daemon.kill('SIGTERM');
    const { code, stdout } = await daemon.finished;
    expect(code).toBe(0);
    expect(stdout).toBe(line);
    await expect(lstat(join(folder.home, 'daemon.lock'))).rejects.toThrow('ENOENT');
  });

  it('says in the terminal why a daemon in the background could not start', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const address = taken.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const { code, stderr } = await paseo.run(['daemon', 'start', '--listen', `127.0.0.1:${port}`]);
    taken.close();
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error\[address_in_use\]: .*PASEO_LISTEN/);
  });

  it('does not show a pairing link to anything but a terminal, unless asked for JSON', async () => {
    await paseo.startDaemon();
    const { code, stdout, stderr } = await paseo.run(['daemon', 'pair']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('--json');
    const Offer = z.strictObject({
      url: z.string().includes('#offer='),
      expiresAt: z.iso.datetime(),
      reach: z.literal('this-machine'),
      advice: z.array(z.string()).min(1),
    });
    const { expiresAt } = await paseo.json(Offer, ['daemon', 'pair']);
    expect(Date.parse(expiresAt)).toBeGreaterThan(Date.now());
    expect(await readFile(join(folder.home, 'daemon.log'), 'utf8')).not.toContain('offer=');
  });
});

describe('agents on the command line', () => {
  it('runs one until it asks, lets another process answer, and ends with the turn', async () => {
    await paseo.startDaemon();
    const run = paseo.begin(['run', '--json', '--provider', 'fake', 'say hello\nwrite note.txt the-content']);
    const [, agentId = ''] = await run.output(/"event":"agent","agentId":"(\w+)"/);
    await run.output(/"kind":"permission"/);
    const waiting = await paseo.json(Agents, ['ls']);
    expect(waiting.agents[0]).toMatchObject({ id: agentId, state: 'needs-you', cwd: folder.workspace });
    const permit = await paseo.run(['permit', agentId.slice(0, 6), '--allow']);
    expect(permit.code).toBe(0);
    const { code, stdout } = await run.finished;
    expect(code).toBe(0);
    expect(await readFile(join(folder.workspace, 'note.txt'), 'utf8')).toBe('the-content');
    const entries = entriesOf(stdout);
    expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, index) => index + 1));
    expect(stdout.trimEnd().split('\n').at(-1)).toBe(
      JSON.stringify({ event: 'end', agentId, reason: 'end_turn', error: null }),
    );
    const again = await paseo.run(['permit', agentId, '--allow']);
    expect(again).toMatchObject({ code: 1 });
    expect(again.stderr).toContain('error[not_found]');
  });

  it('sends follow-ups, and shows the conversation for a person without anything that steers the terminal', async () => {
    await paseo.startDaemon();
    const first = await paseo.run([
      'run',
      '--provider',
      'fake',
      'say red \u001b[31m and \u009b2J \u001b]52;c;aGk=\u0007',
    ]);
    expect(first.code).toBe(0);
    const { agents } = await paseo.json(Agents, ['ls']);
    const id = agents[0]?.id ?? '';
    const follow = paseo.begin(['attach', id]);
    await follow.output(/-- finished/);
    expect((await paseo.run(['send', id, 'say', 'more'])).code).toBe(0);
    await follow.output(/more\n-- finished/);
    follow.kill('SIGINT');
    const { code, stdout } = await follow.finished;
    expect(code).toBe(0);
    expect(stdout).toContain('red \u241b[31m and \ufffd2J');
    expect(stdout).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
  });

  it('stops following when nobody reads any more, and leaves the agent alone', async () => {
    await paseo.startDaemon();
    const run = paseo.shell(['run', '--json', '--provider', 'fake', 'stream 100 20\nhang'], '| head -n 1');
    expect((await run.finished).stdout).toMatch(/^{"event":"agent"[^\n]*\n$/);
    expect((await paseo.json(Agents, ['ls'])).agents[0]?.state).toMatch(/^(starting|working)$/);
  });

  it('ends with 1 when the turn fails, and says why', async () => {
    await paseo.startDaemon();
    const { code, stderr } = await paseo.run(['run', '--provider', 'fake', 'fail the model is away']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/error\[turn_ended\]: .*the model is away/);
    const missing = await paseo.run(['run', '--provider', 'nothing', 'hello']);
    expect(missing).toMatchObject({ code: 1, stdout: '' });
  });

  it('finds agents and conversations again after kill -9, and the running turn goes on', async () => {
    const { pid } = await paseo.startDaemon();
    const whole = await paseo.run(['run', '--json', '--provider', 'fake', 'say one\ntool look\nsay two']);
    const first = z.object({ agentId: z.string() }).parse(JSON.parse(whole.stdout.split('\n')[0] ?? ''));
    const run = paseo.begin(['run', '--json', '--provider', 'fake', 'stream 3\nask go on\nsay done']);
    const [, second = ''] = await run.output(/"agentId":"(\w+)"/);
    await run.output(/"kind":"permission"/);
    await paseo.killDaemon(pid);
    await paseo.startDaemon();
    const { agents } = await paseo.json(Agents, ['ls']);
    expect(agents.map(({ id, state }) => [id, state])).toEqual(
      expect.arrayContaining([
        [first.agentId, 'finished'],
        [second, 'needs-you'],
      ]),
    );
    expect((await paseo.run(['permit', second, '--allow'])).code).toBe(0);
    const ended = await run.finished;
    expect(ended.code).toBe(0);
    expect(ended.stdout).toContain('"reason":"end_turn"');
    const again = await paseo.run(['attach', first.agentId, '--no-follow', '--json']);
    const kinds = (stdout: string) => entriesOf(stdout).map(({ seq, body }) => [seq, body.kind]);
    expect(kinds(again.stdout)).toEqual(kinds(whole.stdout));
    const shown = await paseo.run(['attach', second, '--no-follow']);
    expect(shown.stdout).toMatch(/^> stream 3\n[^]*word1 word2 word3[^]*chosen: allow_once[^]*done\n-- finished/);
    expect(shown.stdout.match(/word1/g)).toHaveLength(1);
  });

  it('lets working agents go on when it is told to stop, unless they shall stop too', async () => {
    await paseo.startDaemon();
    const [kept, stopped] = await Promise.all(
      ['keep', 'stop'].map(async () => {
        const run = await paseo.run(['run', '--detach', '--provider', 'fake', 'ask go on\nsay done']);
        return run.stdout.trim();
      }),
    );
    const waiting = async () => {
      const { agents } = await paseo.json(Agents, ['ls']);
      return agents.every(({ state }) => state === 'needs-you');
    };
    await vi.waitUntil(waiting, { timeout: 60_000 });
    expect((await paseo.run(['daemon', 'stop', '--keep-agents'])).code).toBe(0);
    await paseo.startDaemon();
    expect((await paseo.run(['permit', kept ?? '', '--allow'])).code).toBe(0);
    expect((await paseo.run(['daemon', 'stop', '--stop-agents'])).code).toBe(0);
    await paseo.startDaemon();
    const { agents } = await paseo.json(Agents, ['ls']);
    expect(Object.fromEntries(agents.map(({ id, state }) => [id, state]))).toMatchObject({
      [stopped ?? '']: 'interrupted',
    });
  });
});

describe('bad usage', () => {
  it.each([
    [['nonsense']],
    [['ls', '--bogus']],
    [['run']],
    [['permit', 'x']],
    [['daemon', 'start', '--listen', 'nonsense']],
    [['relay', 'start', '--listen', 'nonsense']],
    [['relay', 'start', '--name', 'bad name!']],
    [['ls', '--host', '-']],
    [['daemon']],
  ])('of %j ends with 2', async (args) => {
    const { code, stdout, stderr } = await paseo.run(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).not.toBe('');
  });

  it('is an object with --json, and help and version are none', async () => {
    const { stderr } = await paseo.run(['ls', '--json', '--bogus']);
    expect(Failed.parse(JSON.parse(stderr)).error.code).toBe('usage');
    expect(await paseo.run(['--version'])).toMatchObject({ code: 0, stderr: '' });
    const help = await paseo.run(['run', '--help']);
    expect(help).toMatchObject({ code: 0, stderr: '' });
    for (const option of ['--provider', '--cwd', '--host', '--json', '--home']) expect(help.stdout).toContain(option);
  });
});
