import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createDaemon } from '../src-main/daemon/create-daemon.ts';
import type { Daemon } from '../src-main/daemon/daemon.ts';
import { collectingLogger } from '../src-main/platform/logger.ts';
import { createRelay } from '../src-main/relay/create-relay.ts';
import { parseOfferLink } from '../src-shared/offer.ts';
import { type TestFolder, testFolder, writeConfig } from './support/daemon-home.ts';
import { TestClient } from './support/test-client.ts';
import { builtRuntime } from './support/built-runtime.ts';
import { until } from './support/until.ts';

let folder: TestFolder;
const cleanUp: (() => Promise<unknown>)[] = [];
const listen = '127.0.0.1:0';

beforeEach(async () => {
  folder = await testFolder();
});

afterEach(async () => {
  for (const step of cleanUp.splice(0).toReversed()) await step();
  await folder.remove();
});

async function start(): Promise<Daemon> {
  const daemon = await createDaemon({
    home: folder.home,
    env: { PATH: process.env['PATH'], HOME: folder.workspace },
    flags: {},
    kind: 'headless',
    attended: false,
    runtime: builtRuntime,
    loginShell: false,
    webRoot: null,
    version: '0.0.0',
    logToStderr: false,
    embeddedRelay: (port, logger) => createRelay({ listen: [`127.0.0.1:${port}`], names: [], logger }),
  });
  cleanUp.push(() => daemon.stop());
  return daemon;
}

async function startRelay(): Promise<string> {
  const relay = createRelay({ listen: ['127.0.0.1:0'], names: [], logger: collectingLogger() });
  cleanUp.push(() => relay.stop());
  return (await relay.start()).listen[0] ?? '';
}

const onlineAt = (daemon: Daemon, endpoint: string) =>
  until(daemon.status, ({ relay }) => relay.endpoint === endpoint && relay.link.state === 'online');

it('follows config.json while it runs; a phone that was away finds the new relay through the old one', async () => {
  const [before, after] = [await startRelay(), await startRelay()];
  await writeConfig(folder.home, { daemon: { listen, relay: { endpoint: before } } });
  const daemon = await start();
  await onlineAt(daemon, before);
  const phone = await TestClient.pair(daemon.createOffer(null).url, { only: 'relay' });
  await until(phone.client.state, ({ state }) => state === 'connected');
  await phone.stop();

  const app = { baseUrl: 'https://paseo.example' };
  await writeConfig(folder.home, { daemon: { listen, name: 'Other', relay: { endpoint: after } }, app });
  await onlineAt(daemon, after);
  const { url } = daemon.createOffer(null);
  expect(url).toMatch(/^https:\/\/paseo\.example\/#offer=/);
  expect(parseOfferLink(url, Date.now())).toMatchObject({ name: 'Other', relays: [{ endpoint: after }] });

  const back = new TestClient({ ...phone.record, routes: { ...phone.record.routes, direct: [] } });
  cleanUp.push(() => back.stop());
  const welcome = await until(back.client.welcome, (known) => known !== null);
  expect(welcome?.routes?.relays.map(({ endpoint }) => endpoint)).toEqual([after, before]);

  await writeConfig(folder.home, { daemon: { listen, relay: { enabled: false, endpoint: after } } });
  await until(daemon.status, ({ relay }) => relay.link.state === 'off');
  await until(back.client.state, ({ state }) => state !== 'connected');
  await writeConfig(folder.home, { daemon: { listen, relay: { endpoint: after } } });
  await until(back.client.state, ({ state }) => state === 'connected');
});

it('tells a phone that has only the relay that it was revoked, and keeps its secrets out of the log', async () => {
  const relay = await startRelay();
  await writeConfig(folder.home, { daemon: { listen, relay: { endpoint: relay } }, log: { level: 'trace' } });
  const daemon = await start();
  await onlineAt(daemon, relay);
  for (let i = 0; i < 5; i++) {
    const { client, record, stop } = await pairedByRelay(daemon);
    const begun = performance.now();
    await daemon.revokeDevice(record.deviceId);
    const end = await until(client.state, ({ state }) => state !== 'connected');
    expect(end).toMatchObject({ state: 'ended', reason: 'revoked' });
    expect(performance.now() - begun).toBeLessThan(1000);
    await stop();
    const log = await readFile(join(folder.home, 'daemon.log'), 'utf8');
    for (const secret of [record.psk, record.routes.relays[0]?.token ?? record.psk]) expect(log).not.toContain(secret);
  }
});

it('changes other settings while the addresses in the file cannot be had', async () => {
  const relay = { enabled: false };
  await writeConfig(folder.home, { daemon: { listen, relay } });
  const daemon = await start();
  await writeConfig(folder.home, { daemon: { listen: '203.0.113.7:1', relay } });
  await until(daemon.status, ({ warnings }) => warnings.some((warning) => warning.includes('203.0.113.7:1')));
  await daemon.changeSettings({ name: 'Other' });
  await until(daemon.status, ({ name }) => name === 'Other');
  await daemon.changeSettings({ listen: [listen] });
  await until(daemon.status, ({ warnings }) => warnings.length === 0);
});

async function pairedByRelay(daemon: Daemon) {
  const phone = await TestClient.pair(daemon.createOffer(null).url, { only: 'relay' });
  await until(phone.client.state, ({ state }) => state === 'connected');
  return { client: phone.client, record: phone.record, stop: () => phone.stop() };
}
