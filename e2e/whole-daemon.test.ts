import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDaemon } from '../src-main/daemon/create-daemon.ts';
import type { Daemon } from '../src-main/daemon/daemon.ts';
import { createRelay } from '../src-main/relay/create-relay.ts';
import { fakeProvider, type TestFolder, testFolder, writeConfig } from './support/daemon-home.ts';
import { nothingElse, TestClient } from './support/test-client.ts';
import { builtRuntime } from './support/built-runtime.ts';
import { until } from './support/until.ts';

let folder: TestFolder;
const cleanUp: (() => Promise<unknown>)[] = [];

beforeEach(async () => {
  folder = await testFolder();
  await writeConfig(folder.home, {
    daemon: { listen: '127.0.0.1:0', relay: { embeddedPort: 0 } },
    agents: { providers: { fake: fakeProvider } },
  });
});

afterEach(async () => {
  for (const step of cleanUp.splice(0).toReversed()) await step();
  await folder.remove();
});

async function start({ attended = false, flags = {} } = {}): Promise<Daemon> {
  const daemon = await createDaemon({
    home: folder.home,
    env: { PATH: process.env['PATH'], HOME: folder.workspace },
    flags,
    kind: 'headless',
    attended,
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

async function pair(daemon: Daemon, only?: 'direct' | 'relay'): Promise<TestClient> {
  await until(daemon.status, ({ relay }) => relay.link.state === 'online');
  const client = await TestClient.pair(daemon.createOffer(null).url, only === undefined ? {} : { only });
  cleanUp.push(() => client.stop());
  return client;
}

describe('the whole daemon', () => {
  for (const route of ['direct', 'relay'] as const)
    it(`runs an agent for a phone that came by ${route}`, async () => {
      const daemon = await start();
      const { client } = await pair(daemon, route);
      const connected = await until(client.state, ({ state }) => state === 'connected');
      expect(connected).toMatchObject({ path: route, role: 'full' });

      const prompt = 'say hello\nwrite note.txt the-content';
      const { agentId } = await client.command('agent.create', {
        provider: 'fake',
        cwd: folder.workspace,
        prompt,
        ...nothingElse,
      });
      const follower = client.follow(agentId);
      const agents = await until(client.agents, (list) => list?.[0]?.state === 'needs-you');
      const request = agents?.[0]?.pending[0];
      const allow = request?.options.find(({ kind }) => kind === 'allow_once');
      await client.command('permission.answer', {
        agentId,
        requestId: request?.requestId ?? '',
        optionId: allow?.optionId ?? '',
      });
      await until(client.agents, (list) => list?.[0]?.state === 'finished');
      expect(await readFile(join(folder.workspace, 'note.txt'), 'utf8')).toBe('the-content');

      const { entries } = await until(follower.view, (view) => view.entries.at(-1)?.body.kind === 'turn-end');
      const kinds = entries.map(({ body }) => body.kind);
      expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, index) => index + 1));
      expect(kinds[0]).toBe('user');
      for (const kind of ['message', 'tool', 'permission', 'permission-answer']) expect(kinds).toContain(kind);
    });

  it('keeps devices over a restart and kills open offers', async () => {
    const first = await start();
    const phone = await pair(first);
    const offer = first.createOffer(null);
    const before = await readFile(join(folder.home, 'daemon-keypair.json'), 'utf8');
    await first.stop();
    const second = await start();
    expect(await readFile(join(folder.home, 'daemon-keypair.json'), 'utf8')).toBe(before);
    await until(second.status, ({ relay }) => relay.link.state === 'online');
    const relay = { ...phone.record.routes.relays[0], endpoint: second.status.get().relay.endpoint ?? '' };
    const back = new TestClient({
      ...phone.record,
      routes: { ...phone.record.routes, direct: [], relays: [relay as never] },
    });
    cleanUp.push(() => back.stop());
    expect(await until(back.client.state, ({ state }) => state === 'connected')).toMatchObject({ path: 'relay' });
    await expect(TestClient.pair(offer.url)).rejects.toThrow();
  });

  it('asks the person at the machine when pairing is attended, with the same digits on both sides', async () => {
    const daemon = await start({ attended: true });
    await until(daemon.status, ({ relay }) => relay.link.state === 'online');
    const digits: string[] = [];
    const offer = daemon.createOffer(null);
    const pairing = TestClient.pair(offer.url, { onDigits: (shown) => digits.push(shown) });
    const { pending } = await until(daemon.pairing, (state) => state.pending.length === 1);
    daemon.confirmPairing({ offerId: offer.offerId, accept: true, role: 'view' });
    const phone = await pairing;
    cleanUp.push(() => phone.stop());
    expect(digits).toEqual([pending[0]?.digits]);
    expect(phone.record.role).toBe('view');
    await until(phone.client.state, ({ state }) => state === 'connected');
    const refused = phone.client.command('agent.create', {
      provider: 'fake',
      cwd: folder.workspace,
      prompt: 'say x',
      ...nothingElse,
    });
    await expect(refused).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('drops a revoked phone within a second, for good', async () => {
    const daemon = await start();
    const { client, record } = await pair(daemon);
    await until(client.state, ({ state }) => state === 'connected');
    const begun = performance.now();
    await daemon.revokeDevice(record.deviceId);
    expect(await until(client.state, ({ state }) => state === 'ended')).toMatchObject({ reason: 'revoked' });
    expect(performance.now() - begun).toBeLessThan(1000);
    const again = new TestClient(record);
    cleanUp.push(() => again.stop());
    expect(await until(again.client.state, ({ state }) => state === 'ended')).toMatchObject({
      reason: 'unknown-device',
    });
  });

  it('moves to another address while it runs, and keeps the old one when the new one cannot be had', async () => {
    const daemon = await start();
    const address = () => daemon.status.get().listeners.find(({ configured }) => !configured.startsWith('/'));
    const before = address();
    await expect(daemon.changeSettings({ listen: ['203.0.113.7:1'] })).rejects.toMatchObject({
      code: 'address_not_available',
    });
    expect(address()).toEqual(before);
    await daemon.changeSettings({ listen: ['127.0.0.2:0'] });
    await until(daemon.status, () => address()?.configured === '127.0.0.2:0');
    const now = address();
    if (now?.state !== 'listening') throw new Error('it does not listen');
    expect(await (await fetch(`http://${now.address}/health`)).json()).toEqual({ status: 'ok' });
  });

  it('leaves nothing behind when it cannot start', async () => {
    const listen = ['203.0.113.7:1'];
    await expect(start({ flags: { listen } })).rejects.toMatchObject({ code: 'address_not_available' });
    await expect(stat(join(folder.home, 'daemon.sock'))).rejects.toThrow('ENOENT');
    await start();
  });

  it('starts while a configured address is not there yet, says so, and serves its socket and relay meanwhile', async () => {
    await writeConfig(folder.home, { daemon: { listen: '203.0.113.7:1', relay: { embeddedPort: 0 } } });
    const daemon = await start();
    const [state] = daemon.status.get().listeners;
    expect(state).toMatchObject({ state: 'waiting', configured: '203.0.113.7:1' });
    const { client } = await pair(daemon, 'relay');
    expect(await until(client.state, ({ state: now }) => now === 'connected')).toMatchObject({ path: 'relay' });
  });

  it('asks the person also for an offer that does not ask for it, where that is the rule', async () => {
    const daemon = await start({ attended: true });
    await until(daemon.status, ({ relay }) => relay.link.state === 'online');
    const offer = daemon.createOffer(false);
    const refused = expect(TestClient.pair(offer.url)).rejects.toMatchObject({ code: 'declined' });
    await until(daemon.pairing, (state) => state.pending.length === 1);
    daemon.confirmPairing({ offerId: offer.offerId, accept: false, role: 'full' });
    await refused;
  });

  it('names the owner to a second start', async () => {
    await start();
    await expect(start()).rejects.toThrow(String(process.pid));
  });
});
