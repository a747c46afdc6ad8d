import { readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MAX_AGENT_LINE_BYTES } from '../../../agent-host/limits.ts';
import { markedProcesses } from '../../../platform/process-census.ts';
import { readHostFile } from './host-file.ts';
import { pipePath } from './host-start.ts';
import { HostedFixture, LineReader, untilGone } from './hosted-fixture.ts';

// Several processes start in each.
let fixture: HostedFixture;
beforeEach(async () => {
  fixture = await HostedFixture.make();
});
afterEach(() => fixture.close());

describe('HostedProgram', () => {
  it('gives the program its lines and brings its own, numbered from 1', async () => {
    const program = await fixture.start();
    const lines = new LineReader(program);
    await program.send('echo ä \\n b', { id: 7, method: 'session/prompt' });
    await program.send('count 500', {});
    expect(await lines.next()).toBe('ä \\n b');
    expect(lines.n).toBe(1);
    for (let i = 1; i <= 500; i++) expect(await lines.next()).toBe(`line ${i}`);
    expect(lines.n).toBe(501);
    expect(await program.stop()).toMatchObject({ fault: null });
    expect(await lines.next()).toBeNull();
  });

  it('brings a line of 10 MB whole', async () => {
    const program = await fixture.start();
    const lines = new LineReader(program);
    await program.send(`long ${MAX_AGENT_LINE_BYTES}`, {});
    await program.send('echo after', {});
    expect((await lines.next())?.length).toBe(MAX_AGENT_LINE_BYTES);
    expect(await lines.next()).toBe('after');
  });

  it('ends a program whose line is longer, and says why', async () => {
    const program = await fixture.start();
    await program.send('echo before', {});
    await program.send(`long ${MAX_AGENT_LINE_BYTES + 1}`, {});
    expect(await program.ended).toMatchObject({ fault: 'line_too_long' });
    expect(await new LineReader(program).rest()).toEqual(['before']);
    expect(await markedProcesses(fixture.agentId)).toEqual([]);
  });

  it('tells how a program ended and its last words, and takes nothing more', async () => {
    const program = await fixture.start();
    await program.send('crash 7', {});
    expect(await program.ended).toEqual({ code: 7, signal: null, fault: null });
    expect(program.errorTail()).toBe('last words');
    await expect(program.send('echo x', {})).rejects.toMatchObject({ code: 'ended' });
    expect(await program.stop()).toEqual({ code: 7, signal: null, fault: null });
  });

  it('also brings what a program says in its last moment, without a newline', async () => {
    const program = await fixture.start({ command: '/bin/sh', args: ['-c', 'echo one; printf two'] });
    expect(await new LineReader(program).rest()).toEqual(['one', 'two']);
    expect(await program.ended).toEqual({ code: 0, signal: null, fault: null });
  });

  it('leaves no file, socket or process when all was read and the end is known', async () => {
    const program = await fixture.start();
    const host = await fixture.hostPid();
    const lines = new LineReader(program);
    await program.send('echo x', {});
    await lines.next();
    program.ack(1);
    await program.stop();
    await untilGone(host);
    expect(await readdir(fixture.folder)).toEqual(['program.mjs', 'run']);
    expect(await readdir(join(fixture.folder, 'run'))).toEqual([]);
  });

  it('gives the program its environment and descriptors 0, 1 and 2, and nothing else', async () => {
    const program = await fixture.start();
    await program.send('env', {});
    const expected = { ...fixture.spec.env, PASEO_AGENT_ID: fixture.agentId };
    expect(JSON.parse((await new LineReader(program).next()) ?? '')).toEqual(expected);
    const other = await fixture.start({ command: '/bin/sh', args: ['-c', 'exec ls -l /proc/self/fd'] });
    const open = (await new LineReader(other).rest()).flatMap((line) => / (\d+) -> (.*)/.exec(line)?.slice(1) ?? []);
    expect(open.filter((_, index) => index % 2 === 0)).toEqual(['0', '1', '2', '3']);
    // The last one is the listing itself.
    expect(open.at(-1)).toMatch(/^\/proc\/\d+\/fd$/);
  });

  it('shows nothing of the program in the arguments, the environment or the files that others can read', async () => {
    await fixture.start();
    const host = await fixture.hostPid();
    expect(await readFile(`/proc/${host}/environ`, 'utf8')).toBe('');
    const args = (await readFile(`/proc/${host}/cmdline`, 'utf8')).split('\0');
    expect(args.filter((arg) => !arg.startsWith('--max-'))).toEqual([
      process.execPath,
      fixture.options.hostProgram,
      '',
    ]);
    const modes: Record<string, string> = {};
    for (const name of ['host.json', 'journal.jsonl', 'run'])
      modes[name] = ((await stat(join(fixture.folder, name))).mode & 0o777).toString(8);
    const [socket = ''] = await readdir(join(fixture.folder, 'run'));
    modes['socket'] = ((await stat(join(fixture.folder, 'run', socket))).mode & 0o777).toString(8);
    expect(modes).toEqual({ 'host.json': '600', 'journal.jsonl': '600', run: '700', socket: '600' });
  });

  it('says why a program cannot be started, and leaves nothing', async () => {
    const start = fixture.start({ command: join(fixture.folder, 'missing') });
    await expect(start).rejects.toMatchObject({ code: 'start_failed', message: expect.stringContaining('ENOENT') });
    expect(await readdir(fixture.folder)).toEqual(['program.mjs', 'run']);
    const noNode = fixture.start({}, { nodePath: join(fixture.folder, 'node') });
    await expect(noNode).rejects.toMatchObject({ code: 'start_failed' });
  });

  it('gives up a start that is not wanted any more', async () => {
    const abort = new AbortController();
    const reason = new Error('not wanted');
    const start = fixture.start({}, { signal: abort.signal });
    setTimeout(() => abort.abort(reason), 30);
    await expect(start).rejects.toBe(reason);
    expect(await markedProcesses(fixture.agentId)).toEqual([]);
    expect(await readdir(fixture.folder)).toEqual(expect.not.arrayContaining(['host.json', 'journal.jsonl']));
  });

  it('listens in a folder of its own where the path would be too long', async () => {
    const program = await fixture.start({}, { socketFolder: join(fixture.folder, 'x'.repeat(100)) });
    await program.send('echo here', {});
    expect(await new LineReader(program).next()).toBe('here');
    const host = await fixture.hostPid();
    const { socket } = (await readHostFile(fixture.folder))!;
    expect(socket).not.toContain(fixture.folder);
    await program.stop();
    program.ack(1);
    await untilGone(host);
    await expect(stat(join(socket, '..'))).rejects.toThrow('ENOENT');
  });

  it('uses a named pipe on Windows', () => {
    expect(pipePath('00112233445566778899aabbccddeeff')).toBe('\\\\.\\pipe\\paseo-host-0011223344556677');
  });
});
