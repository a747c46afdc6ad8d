import { lstat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import jsQR from 'jsqr';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parseOfferLink } from '../src-shared/offer.ts';
import { Device } from '../src-shared/devices.ts';
import { fakeProvider, type TestFolder, testFolder, writeConfig } from './support/daemon-home.ts';
import { PaseoCommands } from './support/paseo-command.ts';

const Devices = z.looseObject({ devices: z.array(Device) });
const LINK = /http:\/\/\S+#offer=[\w-]+(?=\r?\n)/;
const CTRL_C = '\u0003';

let folder: TestFolder;
let paseo: PaseoCommands;

beforeEach(async () => {
  folder = await testFolder();
  paseo = new PaseoCommands(folder);
  await writeConfig(folder.home, {
    daemon: { name: 'Workshop', listen: '127.0.0.1:0', relay: { embeddedPort: 0 } },
    agents: { providers: { fake: fakeProvider } },
  });
});

afterEach(async () => {
  await paseo.stop();
  await folder.remove();
});

/** What a camera reads from the QR code that these terminal lines draw with half blocks. */
function scanned(output: string): string | undefined {
  const lines = [...output.matchAll(/\u001b\[38;5;16m\u001b\[48;5;231m([ \u2580\u2584\u2588]+)\u001b\[0m/g)].map(
    ([, line = '']) => line,
  );
  const [width, scale] = [lines[0]?.length ?? 0, 4];
  const dark = (row: number, column: number): boolean => {
    const half = lines[row >> 1]?.[column] ?? ' ';
    return half === '\u2588' || half === (row % 2 === 0 ? '\u2580' : '\u2584');
  };
  const size = width * scale;
  const pixels = new Uint8ClampedArray(size * size * 4);
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++) {
      const shade = dark(Math.floor(y / scale), Math.floor(x / scale)) ? 0 : 255;
      pixels.set([shade, shade, shade, 255], (y * size + x) * 4);
    }
  return jsQR(pixels, size, size)?.data;
}

describe('on a terminal', () => {
  it('the daemon in the foreground shows a QR code that pairs, and Ctrl-C stops it cleanly', async () => {
    const daemon = paseo.terminal(['daemon', 'start', '--foreground']);
    await daemon.output(/Stop: Ctrl-C/);
    const [link] = await daemon.output(LINK);
    expect(scanned(daemon.stdout)).toBe(link);
    expect(parseOfferLink(link, Date.now()).name).toBe('Workshop');
    expect(daemon.stdout).toContain('A phone cannot open this link');
    expect((await paseo.run(['ls', '--host', '-'], link)).code).toBe(0);
    daemon.type(CTRL_C);
    expect((await daemon.finished).code).toBe(0);
    await expect(lstat(join(folder.home, 'daemon.lock'))).rejects.toThrow('ENOENT');
  });

  it('the daemon in the foreground runs also when no device could reach it, and says so', async () => {
    await writeConfig(folder.home, { daemon: { listen: join(folder.home, 'own.sock'), relay: { enabled: false } } });
    const daemon = paseo.terminal(['daemon', 'start', '--foreground']);
    await daemon.output(/No device could reach this daemon/);
    expect((await paseo.run(['ls', '--host', join(folder.home, 'own.sock')])).code).toBe(0);
    expect((await paseo.run(['daemon', 'stop'])).code).toBe(0);
    expect((await daemon.finished).code).toBe(0);
  });

  it('shows the six digits of who wants to pair, and lets in nobody but those that are confirmed', async () => {
    await paseo.startDaemon('--attended');
    for (const [answer, role] of [
      ['n', undefined],
      ['r', 'view'],
    ]) {
      const pair = paseo.terminal(['daemon', 'pair']);
      const [link] = await pair.output(LINK);
      const client = paseo.begin(['ls', '--json', '--host', '-'], link);
      const [, digits] = await client.output(/"digits":"(\d{6})"/, 'stderr');
      const [, first, second] = await pair.output(/(\d{3}) (\d{3})[^]*\[N\]o: /);
      expect(`${first}${second}`).toBe(digits);
      pair.type(`${answer}\r`);
      const [{ code, stderr }, paired] = await Promise.all([client.finished, pair.finished]);
      expect([code, paired.code]).toEqual(role === undefined ? [1, 1] : [0, 0]);
      if (role === undefined) expect(stderr).toContain('"code":"declined"');
      const { devices } = await paseo.json(Devices, ['devices', 'ls']);
      expect(devices.map((device) => device.role)).toEqual(role === undefined ? [] : [role]);
    }
    const refused = await paseo.run(['run', '--host', 'Workshop', '--cwd', '/tmp', '--provider', 'fake', 'hello']);
    expect(refused.stderr).toContain('error[forbidden]');
  });

  it('withdraws the code when the person gives up', async () => {
    await paseo.startDaemon();
    const pair = paseo.terminal(['daemon', 'pair']);
    await pair.output(/Ctrl-C withdraws/);
    const [link] = await pair.output(LINK);
    pair.type(CTRL_C);
    expect((await pair.finished).code).toBe(1);
    expect((await paseo.run(['ls', '--host', '-'], link)).stderr).toContain('error[offer_not_accepted]');
  });

  it('asks for permission, and takes the question back when somebody else answers', async () => {
    await paseo.startDaemon();
    const run = paseo.terminal(['run', '--provider', 'fake', 'write a.txt one\nwrite b.txt two']);
    await run.output(/Write a\.txt\? .*\[1\] Allow once.*: /);
    run.type('1\r');
    await run.output(/Write b\.txt\? .*\[1\] Allow once.*: /);
    const [, agentId = ''] = await run.output(/Agent (\w+)/);
    expect((await paseo.run(['permit', agentId, '--deny'])).code).toBe(0);
    const { code, stdout } = await run.finished;
    expect(code).toBe(0);
    expect(stdout).toContain('answered elsewhere');
    expect(await readFile(join(folder.workspace, 'a.txt'), 'utf8')).toBe('one');
    await expect(lstat(join(folder.workspace, 'b.txt'))).rejects.toThrow('ENOENT');
  });

  it('stops the agent of a run at Ctrl-C', async () => {
    await paseo.startDaemon();
    const run = paseo.terminal(['run', '--provider', 'fake', 'say on it\nhang']);
    await run.output(/on it/);
    run.type(CTRL_C);
    const { code, stdout } = await run.finished;
    expect(code).toBe(1);
    expect(stdout).toContain('-- stopped');
  });
});
