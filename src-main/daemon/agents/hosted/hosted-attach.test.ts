import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FrameReader, writeMessage } from '../../../agent-host/frames.ts';
import { FrameType } from '../../../agent-host/host-protocol.ts';
import { bundledScript } from '../../../platform/bundled-script.ts';
import { markedProcesses } from '../../../platform/process-census.ts';
import { processStart } from '../../../platform/process-start.ts';
import { readHostFile } from './host-file.ts';
import { hostOf, leftover } from './host-leftover.ts';
import { HostedFixture, LineReader, collect, untilGone } from './hosted-fixture.ts';

// Several processes start in each.
let fixture: HostedFixture;
beforeEach(async () => {
  fixture = await HostedFixture.make();
});
afterEach(() => fixture.close());

describe('attaching', () => {
  it('goes on without a gap or a double after a daemon was killed', async () => {
    const { logger: _, clock: __, ...options } = fixture.options;
    const folder = await mkdtemp(join(tmpdir(), 'paseo-daemon-'));
    const here = (name: string) => JSON.stringify(join(import.meta.dirname, name));
    const script = await bundledScript(
      folder,
      `import { HostedProgram } from ${here('hosted-program.ts')};
      import { systemClock as clock } from ${here('../../../../src-shared/clock.ts')};
      import { collectingLogger } from ${here('../../../platform/logger.ts')};
      const [spec, options] = JSON.parse(process.argv[2]);
      const program = await HostedProgram.start(spec, { ...options, clock, logger: collectingLogger() });
      await program.send('tick 1', { id: 4, method: 'session/prompt' });
      for await (const { n, bytes } of program.lines()) {
        if (n === 20) program.ack(10);
        console.log(n + ' ' + bytes);
      }`,
    );
    const daemon = spawn(process.execPath, [script, JSON.stringify([fixture.spec, options])], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let seen = 0;
    for await (const line of createInterface({ input: daemon.stdout })) {
      expect(line).toBe(`${++seen} tick ${seen}`);
      if (seen === 50) break;
    }
    daemon.kill('SIGKILL');
    await once(daemon, 'exit');
    const program = (await fixture.attach(seen))!;
    expect(program.welcome).toMatchObject({ highestRequestId: 4, lastPromptId: 4, promptOpen: true, ended: null });
    expect(program.hostId).toBe(await hostOf(fixture.folder));
    const lines = new LineReader(program);
    for (let i = 51; i <= 300; i++) {
      expect(await lines.next()).toBe(`tick ${i}`);
      expect(lines.n).toBe(i);
    }
    await rm(folder, { recursive: true });
  });

  it('repeats on a new attachment what is not acknowledged, and only that', async () => {
    const first = await fixture.start();
    const lines = new LineReader(first);
    await first.send('count 5', {});
    await lines.to(5);
    await first.detach();
    expect(await lines.next()).toBeNull();
    await expect(first.send('echo x', {})).rejects.toMatchObject({ code: 'detached' });
    const second = (await fixture.attach(2))!;
    const again = new LineReader(second);
    expect([await again.next(), again.n]).toEqual(['line 3', 3]);
    expect(second.welcome.last).toBe(5);
  });

  it('takes the place of another daemon, which is told', async () => {
    const old = await fixture.start();
    const oldLines = new LineReader(old);
    const waiting = expect(oldLines.next()).rejects.toMatchObject({ code: 'displaced' });
    const program = (await fixture.attach())!;
    await waiting;
    await expect(old.send('echo x', {})).rejects.toMatchObject({ code: 'displaced' });
    await old.stop();
    await program.send('echo still here', {});
    expect(await new LineReader(program).next()).toBe('still here');
  });

  it('knows whether a prompt is open, and drops a second answer to a request', async () => {
    const request = '{"jsonrpc":"2.0","id":"r1","method":"session/request_permission","params":{"id":9}}';
    const program = await fixture.start();
    const lines = new LineReader(program);
    await program.send(`echo ${request}`, { id: 9, method: 'session/prompt' });
    expect(await lines.next()).toBe(request);
    await program.send('echo first', { answers: { id: 'r1', line: 1 } });
    await program.send('echo second', { answers: { id: 'r1', line: 1 } });
    await program.send('echo {"jsonrpc":"2.0","id":9,"result":{"stopReason":"end_turn"}}', {});
    expect(await lines.next()).toBe('first');
    expect(await lines.next()).toContain('end_turn');
    await program.detach();
    const again = (await fixture.attach(3))!;
    expect(again.welcome).toMatchObject({ highestRequestId: 9, lastPromptId: 9, promptOpen: false, last: 3 });
    await again.send('echo third', { answers: { id: 'r1', line: 1 } });
    await again.send('echo stranger', { answers: { id: 'r2', line: 1 } });
    await again.send('echo other', {});
    expect(await new LineReader(again).next()).toBe('other');
  });

  it('repeats nothing that is acknowledged, even what is in the journal still', async () => {
    const first = await fixture.start();
    const lines = new LineReader(first);
    await first.send('count 5', {});
    await lines.to(5);
    first.ack(3);
    // The host answers it after the acknowledgement.
    await first.sweep({ orphansOnly: true });
    await first.detach();
    const second = (await fixture.attach())!;
    expect(second.welcome).toMatchObject({ base: 3, last: 5 });
    const again = new LineReader(second);
    expect([await again.next(), again.n]).toEqual(['line 4', 4]);
  });

  it('lets nobody in who does not know the id, and cuts off who says nothing right', async () => {
    await fixture.start();
    const { socket } = (await readHostFile(fixture.folder))!;
    const wrong = { protocol: 1, hostId: '0'.repeat(32), from: 0 };
    for (const hello of [wrong, { protocol: 1 }, { ...wrong, from: -1 }]) {
      const stranger = connect({ path: socket });
      writeMessage(stranger, FrameType.hello, hello);
      await expect(answers(stranger)).resolves.toEqual([]);
    }
    const junk = connect({ path: socket });
    junk.write('GET / HTTP/1.1\r\n\r\n');
    await expect(answers(junk)).resolves.toEqual([]);
  });

  it('refuses a daemon of another version', async () => {
    await fixture.start();
    const { socket, hostId } = (await readHostFile(fixture.folder))!;
    const newer = connect({ path: socket });
    writeMessage(newer, FrameType.hello, { protocol: 99, hostId, from: 0 });
    expect(await answers(newer)).toEqual([FrameType.refused]);
  });

  it('ends a host of another version', async () => {
    const { agentId, folder, logger } = fixture;
    const socket = join(folder, 'old.sock');
    const server = createServer((daemon) => writeMessage(daemon, FrameType.refused, { protocol: 2 })).listen(socket);
    await once(server, 'listening');
    const host = spawn('/bin/sleep', ['60']);
    const exited = once(host, 'exit');
    const self = { pid: host.pid!, start: await processStart(host.pid!) };
    const file = { format: 'paseo-agent-host', version: 1, hostId: 'a'.repeat(32), agentId, socket, ownFolder: false };
    const times = { ...self, program: self, startedAt: new Date().toISOString() };
    await writeFile(join(folder, 'host.json'), JSON.stringify({ ...file, ...times }), { mode: 0o600 });
    expect(await fixture.attach()).toBeNull();
    expect(await exited).toEqual([null, 'SIGTERM']);
    expect(logger.lines).toMatchObject([{ fields: { link: 'refused' } }]);
    server.close();
  });
});

describe('a host without a daemon', () => {
  it('has what it was sent last, also when its program talks meanwhile', async () => {
    const program = await fixture.start();
    const host = await fixture.hostPid();
    await program.send('tick 1', {});
    await new LineReader(program).next();
    process.kill(host, 'SIGSTOP');
    const last = [program.send('echo last', {}), program.detach()];
    // Nothing tells that the program has said something to a host that does not run.
    await new Promise((resolve) => setTimeout(resolve, 50));
    process.kill(host, 'SIGCONT');
    await Promise.all(last);
    const lines = new LineReader((await fixture.attach())!);
    for (let line = await lines.next(); line !== 'last'; line = await lines.next()) expect(line).not.toBeNull();
  });

  it('ends its program when no turn is open, and keeps what was said', async () => {
    const program = await fixture.start({}, { idleMs: 100 });
    const host = await fixture.hostPid();
    const lines = new LineReader(program);
    await program.send('count 3', {});
    await lines.to(3);
    await program.detach();
    await untilGone(host);
    expect(await markedProcesses(fixture.agentId)).toEqual([]);
    expect(await fixture.attach()).toBeNull();
    const left = (await leftover(fixture.folder, 1))!;
    expect((await collect(left.lines)).map(({ n, bytes }) => `${n} ${bytes}`)).toEqual(['2 line 2', '3 line 3']);
    expect(left.end).toMatchObject({ fault: null, errorTail: '' });
    expect(await readdir(join(fixture.folder, 'run'))).toEqual([]);
  });

  it('waits for the end of an open turn first', async () => {
    const program = await fixture.start({}, { idleMs: 1 });
    const host = await fixture.hostPid();
    await program.send('tick 100', { id: 1, method: 'session/prompt' });
    await program.detach();
    const again = (await fixture.attach())!;
    const lines = new LineReader(again);
    await lines.next();
    await again.detach();
    // Nothing tells that a host goes on: without the open turn it would end its program after 1 ms.
    await new Promise((resolve) => setTimeout(resolve, 300));
    const last = (await fixture.attach())!;
    expect(last.welcome.ended).toBeNull();
    await last.send('echo {"id":1,"result":{}}', {});
    await last.detach();
    await untilGone(host);
    expect((await leftover(fixture.folder))?.end).not.toBeNull();
  });

  it('does not wait for ever for a turn that nobody will see the end of', async () => {
    const program = await fixture.start({}, { unattendedMs: 50 });
    const host = await fixture.hostPid();
    await program.send('tick 100', { id: 1, method: 'session/prompt' });
    await new LineReader(program).next();
    await program.detach();
    await untilGone(host);
    expect(await markedProcesses(fixture.agentId)).toEqual([]);
  });
});

describe('a host that is killed', () => {
  it('while it is left does not fail who leaves it', async () => {
    const program = await fixture.start();
    const host = await fixture.hostPid();
    process.kill(host, 'SIGSTOP');
    // More than the system takes for a host that does not read.
    void program.send(`echo ${'x'.repeat(8 * 1024 * 1024)}`, {}).catch(() => {});
    const left = program.detach();
    process.kill(host, 'SIGKILL');
    await expect(left).resolves.toBeUndefined();
  });

  it('leaves every line, and the daemon ends what the program left running', async () => {
    const program = await fixture.start();
    const lines = new LineReader(program);
    await program.send('deaf', {});
    await program.send('deaf-child', {});
    expect(await lines.next()).toBe('deaf');
    const child = Number(await lines.next());
    await program.send('count 1000', {});
    await lines.to(500);
    process.kill(await fixture.hostPid(), 'SIGKILL');
    expect(await program.ended).toEqual({ code: null, signal: null, fault: 'host_lost' });
    expect(await markedProcesses(fixture.agentId)).toEqual([]);
    expect(await processStart(child)).toBeNull();
    const rest = await lines.rest();
    const kept = await collect((await leftover(fixture.folder))!.lines);
    expect(rest).toEqual(kept.slice(500).map(({ bytes }) => bytes.toString()));
    expect(rest.every((line, index) => line === `line ${index + 499}`)).toBe(true);
  });

  it('is found by the next daemon, which ends its program too', async () => {
    const program = await fixture.start();
    await program.send('count 2', { id: 1, method: 'session/prompt' });
    await program.send('deaf-child', {});
    const lines = new LineReader(program);
    await lines.to(3);
    const host = await fixture.hostPid();
    await program.detach();
    process.kill(host, 'SIGKILL');
    await untilGone(host);
    expect(await fixture.attach()).toBeNull();
    expect(await markedProcesses(fixture.agentId)).toEqual([]);
    const left = (await leftover(fixture.folder))!;
    expect((await collect(left.lines)).length).toBe(3);
    expect(left.end).toBeNull();
    await expect(stat(join(fixture.folder, 'host.json'))).rejects.toThrow('ENOENT');
  });

  it('is not trusted when its file could be somebody else’s', async () => {
    await writeFile(join(fixture.folder, 'host.json'), '{}', { mode: 0o644 });
    await expect(fixture.attach()).rejects.toMatchObject({ code: 'too_open' });
    await rm(join(fixture.folder, 'host.json'));
    await writeFile(join(fixture.folder, 'journal.jsonl'), '{}', { mode: 0o644 });
    await expect(leftover(fixture.folder)).rejects.toMatchObject({ code: 'too_open' });
    await rm(join(fixture.folder, 'journal.jsonl'));
  });
});

/** Types of the frames that a host sends until it closes. */
async function answers(socket: ReturnType<typeof connect>): Promise<number[]> {
  const reader = new FrameReader(1024);
  const types: number[] = [];
  for await (const chunk of socket) types.push(...reader.push(chunk as Buffer).map(({ type }) => type));
  return types;
}
