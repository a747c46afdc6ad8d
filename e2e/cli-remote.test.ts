import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Offer, offerLink, parseOfferLink } from '../src-shared/offer.ts';
import { AgentSummary } from '../src-shared/wire/agent.ts';
import { DaemonStatus } from '../src-shared/wire/status.ts';
import { Device } from '../src-shared/devices.ts';
import { fakeProvider, type TestFolder, testFolder, writeConfig } from './support/daemon-home.ts';
import { PaseoCommands } from './support/paseo-command.ts';
import { RelayProcess } from './support/relay-process.ts';

const Agents = z.strictObject({ agents: z.array(AgentSummary) });
const Devices = z.strictObject({ devices: z.array(Device), self: z.string().nullable() });
const NewOffer = z.looseObject({ url: z.string() });

let folder: TestFolder;
let paseo: PaseoCommands;
let relay: RelayProcess;
let address: string;

beforeEach(async () => {
  folder = await testFolder();
  paseo = new PaseoCommands(folder);
  relay = await RelayProcess.start({ names: [], port: 0 });
  await writeConfig(folder.home, {
    daemon: {
      name: 'Workshop',
      listen: '127.0.0.1:0',
      relay: { endpoint: `127.0.0.1:${relay.port}`, useTls: false },
    },
    agents: { providers: { fake: fakeProvider } },
  });
  const { listen } = await paseo.startDaemon();
  address = listen[0] ?? '';
  while ((await paseo.json(DaemonStatus, ['daemon', 'status'])).relay.link.state !== 'online');
});

afterEach(async () => {
  await paseo.stop();
  await relay.kill();
  await folder.remove();
});

async function newLink(change: (offer: Offer) => Offer = (offer) => offer): Promise<string> {
  const { url } = await paseo.json(NewOffer, ['daemon', 'pair']);
  return offerLink(url.split('/#')[0] ?? '', change(parseOfferLink(url, Date.now())));
}

const viaRelay = (offer: Offer): Offer => ({ ...offer, direct: [] });
const viaAddress = (offer: Offer): Offer => ({ ...offer, relays: [] });

describe('--host', () => {
  it.each([
    ['relay', viaRelay],
    ['direct', viaAddress],
  ])('takes a link that leads by %s, and stands for that daemon when the link is used up', async (_name, only) => {
    const link = await newLink(only);
    const first = await paseo.run(['ls', '--json', '--host', '-'], `${link}\n`);
    expect(first).toMatchObject({ code: 0, stdout: '{"agents":[]}\n' });
    const again = await paseo.run(['ls', '--json', '--host', '-'], link);
    expect(again).toMatchObject({ code: 0, stdout: '{"agents":[]}\n', stderr: '' });
    const { devices, self } = await paseo.json(Devices, ['devices', 'ls', '--host', 'workshop']);
    expect(devices.map(({ id, clientKind }) => [id, clientKind])).toEqual([[self, 'cli']]);
    expect((await paseo.run(['ls', '--host', address])).code).toBe(0);

    const files = await readdir(join(folder.home, '../client/daemons'));
    expect(files).toHaveLength(1);
    const { mode } = await stat(join(folder.home, '../client/daemons', files[0] ?? ''));
    expect(mode & 0o777).toBe(0o600);
  });

  it('remembers the newest addresses of a daemon, however short the command is', async () => {
    await paseo.run(['ls', '--host', '-'], await newLink());
    await paseo.run(['daemon', 'stop']);
    const { listen } = await paseo.startDaemon();
    while ((await paseo.json(DaemonStatus, ['daemon', 'status'])).relay.link.state !== 'online');
    expect((await paseo.run(['ls', '--host', 'Workshop'])).code).toBe(0);
    const daemons = join(folder.home, '../client/daemons');
    const files = await readdir(daemons);
    expect(files).toHaveLength(1);
    expect(await readFile(join(daemons, files[0] ?? ''), 'utf8')).toContain(listen[0]);
  });

  it('warns about a link that every user of the computer can see, and takes an expired one of a known daemon', async () => {
    const link = await newLink();
    const { stderr } = await paseo.run(['ls', '--host', link]);
    expect(stderr).toContain('--host -');
    const expired = offerLink('http://x', { ...parseOfferLink(link, 0), expires: 1 });
    expect((await paseo.run(['ls', '--host', '-'], expired)).code).toBe(0);
  });

  it('refuses an address and a name of nobody that it is paired with, and a link that another device has used', async () => {
    const unpaired = await paseo.run(['ls', '--host', address]);
    expect(unpaired.code).toBe(1);
    expect(unpaired.stderr).toMatch(/error\[not_paired\]: .*daemon pair/);
    expect((await paseo.run(['ls', '--host', 'Kitchen'])).stderr).toContain('error[not_paired]');
    const link = await newLink();
    expect((await paseo.run(['ls', '--host', '-'], link)).code).toBe(0);
    paseo.env['PASEO_CLIENT_HOME'] = join(folder.home, '../other-client');
    expect((await paseo.run(['ls', '--host', '-'], link)).stderr).toContain('error[offer_not_accepted]');
    expect((await paseo.run(['ls', '--host', '-'], 'https://example.org/')).stderr).toContain('error[offer_malformed]');
  });

  it('runs an agent through the relay, and keeps following it over a restart of the relay', async () => {
    await paseo.run(['ls', '--host', '-'], await newLink(viaRelay));
    const args = ['run', '--json', '--host', 'Workshop', '--provider', 'fake', '--cwd', folder.workspace];
    const run = paseo.begin([...args, 'stream 40 50\nwrite far.txt away']);
    await run.output(/word2 /);
    await relay.kill();
    relay = await RelayProcess.start({ names: [], port: relay.port });
    await run.output(/"kind":"permission"/);
    const { agents } = await paseo.json(Agents, ['ls', '--host', 'Workshop']);
    expect((await paseo.run(['permit', agents[0]?.id ?? '', '--deny', '--host', 'Workshop'])).code).toBe(0);
    const { code, stdout } = await run.finished;
    expect(code).toBe(0);
    expect(stdout).toContain('Did not write far.txt.');
  });
});

describe('paseo devices revoke', () => {
  it('ends a live attach within a second, for good, until the computer is paired again', async () => {
    await paseo.run(['ls', '--host', '-'], await newLink());
    const { agentId } = await paseo.json(z.looseObject({ agentId: z.string() }), [
      ...['run', '--detach', '--provider', 'fake', 'say hello'],
    ]);
    const attach = paseo.begin(['attach', agentId, '--host', 'Workshop']);
    await attach.output(/-- finished/);
    const [device] = (await paseo.json(Devices, ['devices', 'ls'])).devices;
    const revoke = paseo.begin(['devices', 'revoke', device?.name ?? '']);
    await revoke.output(/was removed/);
    const revokedAt = performance.now();
    const { code, stderr } = await attach.finished;
    expect(performance.now() - revokedAt).toBeLessThan(1000);
    expect(code).toBe(1);
    expect(stderr).toContain('error[revoked]');
    expect((await paseo.run(['ls', '--host', 'Workshop'])).stderr).toContain('error[unknown_device]');

    expect((await paseo.run(['ls', '--host', '-'], await newLink())).code).toBe(0);
    const itself = await paseo.run(['devices', 'revoke', device?.name ?? '', '--host', 'Workshop']);
    expect(itself).toMatchObject({ code: 0, stderr: '' });
    expect((await paseo.json(Devices, ['devices', 'ls'])).devices).toEqual([]);
  });
});

describe('paseo relay', () => {
  it('says which address is taken', async () => {
    const { code, stderr } = await paseo.run(['relay', 'start', '--listen', `127.0.0.1:${relay.port}`]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error\[address_in_use\]/m);
  });

  it('ends cleanly on SIGTERM', async () => {
    const other = paseo.begin(['relay', 'start', '--listen', '127.0.0.1:0', '--name', 'relay.example', '--json']);
    const [line] = await other.output(/^.*\n/);
    other.kill('SIGTERM');
    expect(await other.finished).toMatchObject({ code: 0, stdout: line });
  });
});
