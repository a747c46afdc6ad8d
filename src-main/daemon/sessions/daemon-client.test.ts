import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { memoryOutboxStore } from '../../../src-shared/client/outbox-store.ts';
import { CodedError } from '../../../src-shared/coded-error.ts';
import { deferred } from '../../../src-shared/deferred.ts';
import { BACKOFF_MAX_MS, MAX_PAGE_ENTRIES, PROBE_TIMEOUT_MS, WELCOME_TIMEOUT_MS } from '../../../src-shared/limits.ts';
import type { DeviceRoutes } from '../../../src-shared/routes.ts';
import type { FolderListing } from '../../../src-shared/wire/agent.ts';
import { CREATE } from './scripted-agents.ts';
import { ClientFixture, until } from './client-fixture.ts';
import { MemoryLink } from './memory-connection.ts';
import { ROUTES, SessionFixture } from './session-fixture.ts';
import { INSTANCE } from './session-peer.ts';

let daemon: SessionFixture;
const clients: ClientFixture[] = [];

beforeEach(async () => {
  daemon = await SessionFixture.open();
});

afterEach(async () => {
  for (const { client, clock } of clients.splice(0)) {
    await client.stop();
    expect(clock.armed).toBe(0);
  }
  await daemon.close();
});

describe('a client and its connection', () => {
  it('says how it is connected and what it was welcomed with', async () => {
    const routes: DeviceRoutes[] = [];
    const { client } = await connected({ onRoutes: (known) => routes.push(known) });
    expect(client.state.get()).toMatchObject({ state: 'connected', path: 'direct', role: 'full' });
    expect(client.welcome.get()).toMatchObject({ daemonName: 'Test daemon' });
    daemon.routes.set({ ...ROUTES, version: 2 });
    await until(() => routes.length === 2);
    expect(routes.map(({ version }) => version)).toEqual([1, 2]);
  });

  it('is the owner over a local connection, after its hello', async () => {
    const fixture = track(new ClientFixture(daemon, { topics: ['pairing'] }, 'local'));
    await fixture.connected();
    expect(fixture.client.state.get()).toMatchObject({ path: 'local', role: 'owner' });
    await until(() => fixture.client.pairing.get() !== null);
  });

  it('waits longer after each failure, up to a limit', async () => {
    const fixture = track(new ClientFixture(daemon));
    fixture.failures.push(...Array.from({ length: 10 }, () => new CodedError('unreachable', 'Nobody there.')));
    const waits: number[] = [];
    fixture.client.state.subscribe((state) => {
      if (state.state !== 'offline') return;
      expect(state.reason).toBe('Nobody there.');
      expect(state.attempt).toBe(waits.push(state.retryAt - fixture.clock.now()));
      if (waits.length <= 10) setImmediate(() => fixture.clock.advance(waits.at(-1)!));
    });
    fixture.client.start();
    await fixture.state('connected');
    expect(waits.slice(0, 3)).toEqual([375, 750, 1500]);
    expect(Math.max(...waits)).toBeLessThanOrEqual(BACKOFF_MAX_MS);
    expect(waits).toHaveLength(10);
  });

  it('starts with a short wait again after a connection', async () => {
    const fixture = await connected();
    fixture.link.break();
    await fixture.state('offline');
    expect(fixture.client.state.get()).toMatchObject({ attempt: 1, retryAt: fixture.clock.now() + 375 });
  });

  it('tries at once when told to', async () => {
    const fixture = track(new ClientFixture(daemon));
    fixture.failures.push(new CodedError('unreachable', 'Nobody there.'));
    fixture.client.start();
    await fixture.state('offline');
    fixture.client.retryNow();
    await fixture.state('connected');
  });

  it('gives up a connection that looks alive and does not answer after waking up', async () => {
    const fixture = await connected();
    fixture.link.client.send = () => undefined;
    fixture.client.retryNow();
    fixture.clock.advance(PROBE_TIMEOUT_MS);
    await fixture.state('offline');
  });

  it('gives up a daemon that accepts and never welcomes', async () => {
    const fixture = track(new ClientFixture(daemon, { connect: () => Promise.resolve(new MemoryLink().client) }));
    fixture.client.start();
    await until(() => fixture.clock.armed === 1);
    fixture.clock.advance(WELCOME_TIMEOUT_MS);
    await fixture.state('offline');
  });

  it.each([
    ['revoked', 'revoked'],
    ['replaced', 'replaced'],
  ] as const)('ends for good when the daemon says %s', async (code, reason) => {
    const fixture = await connected();
    await fixture.link.daemon.close(code);
    await fixture.state('ended');
    expect(fixture.client.state.get()).toMatchObject({ reason });
    await expect(fixture.client.command('agent.cancel', AGENT)).rejects.toMatchObject({ code: 'stopped' });
  });

  it('ends for good when the daemon no longer knows the device, and not for an attack it could be fooled by', async () => {
    const fixture = track(new ClientFixture(daemon));
    fixture.failures.push(new CodedError('not_verified', 'x'), new CodedError('unknown_device', 'Pair again.'));
    fixture.client.start();
    await fixture.state('offline');
    fixture.client.retryNow();
    await fixture.state('ended');
    expect(fixture.client.state.get()).toMatchObject({ reason: 'unknown-device', message: 'Pair again.' });
  });

  it('ends for good when the daemon speaks another version', async () => {
    const link = new MemoryLink();
    link.daemon.send(JSON.stringify({ t: 'welcome', protocol: 2, greeting: 'new' }));
    const fixture = track(new ClientFixture(daemon, { connect: () => Promise.resolve(link.client) }));
    fixture.client.start();
    await fixture.state('ended');
    expect(fixture.client.state.get()).toMatchObject({ reason: 'version' });
  });

  it('moves to a fresh connection when the old one has come of age, without being offline', async () => {
    const fixture = await connected();
    const states: string[] = [];
    fixture.client.state.subscribe(({ state }) => states.push(state));
    const listing = deferred<FolderListing>();
    daemon.agents.folders = () => listing.promise;
    const asked = fixture.client.query('folders.list', { path: null });
    const old = fixture.link;
    old.client.renew();
    await expect(old.client.closed).resolves.toMatchObject({ code: 'superseded', by: 'local' });
    listing.resolve({ path: '/home', parent: null, folders: [], recent: [] });
    await expect(asked).resolves.toMatchObject({ path: '/home' });
    expect(states).toEqual(['connected']);
    expect(fixture.links).toHaveLength(2);
  });

  it('does not take the end of an old connection for another window while it renews', async () => {
    const fixture = await connected();
    const renewing = deferred<void>();
    fixture.failures.push(new CodedError('unreachable', 'x'));
    fixture.link.client.renew();
    void fixture.link.daemon.close('replaced').then(() => renewing.resolve());
    await renewing.promise;
    await fixture.state('offline');
  });
});

describe('a client and its requests', () => {
  it('rejects a query without a connection, one whose connection breaks, and one that is given up', async () => {
    const fixture = track(new ClientFixture(daemon));
    await expect(fixture.client.query('providers.list', {})).rejects.toMatchObject({ code: 'not_connected' });
    await fixture.connected();
    daemon.agents.folders = () => new Promise(() => undefined);
    const giveUp = new AbortController();
    const given = fixture.client.query('folders.list', { path: null }, giveUp.signal);
    const broken = fixture.client.query('folders.list', { path: null });
    giveUp.abort();
    await expect(given).rejects.toMatchObject({ code: 'aborted' });
    fixture.link.break();
    await expect(broken).rejects.toMatchObject({ code: 'not_connected' });
  });

  it('gives commands that wait to the daemon after a reload, and their failures are kept', async () => {
    const outbox = memoryOutboxStore(INSTANCE);
    const before = track(new ClientFixture(daemon, { outbox, connect: () => Promise.reject(new Error('offline')) }));
    before.client.start();
    const lost = before.client.command('agent.create', CREATE);
    void before.client.command('agent.cancel', AGENT).catch(() => undefined);
    await until(() => before.client.pendingCommands.get().length === 2);
    await before.client.stop();
    await expect(lost).rejects.toMatchObject({ code: 'stopped' });
    const after = await connected({ outbox });
    await until(() => daemon.agents.creations.length === 1);
    await until(() => after.client.pendingCommands.get()[0]?.failed?.code === 'not_found');
    expect(after.client.pendingCommands.get()).toHaveLength(1);
  });

  it('keeps the list of agents up to date', async () => {
    const { client } = await connected();
    const { agentId } = await client.command('agent.create', CREATE);
    await until(() => client.agents.get()?.[0]?.id === agentId);
    await client.command('agent.archive', { agentId, archived: true });
    await until(() => client.agents.get()?.length === 0);
  });
});

describe('a client and a timeline', () => {
  it('opens a long history at its end and loads older pages until the start', async () => {
    const { client } = await connected();
    const { agentId } = await client.command('agent.create', CREATE);
    const log = daemon.agents.timeline(agentId)!;
    for (let i = 0; i < 3 * MAX_PAGE_ENTRIES; i++) log.append({ kind: 'notice', level: 'info', text: String(i) });
    const follower = client.follow(agentId);
    await until(() => follower.view.get().status === 'live');
    expect(follower.view.get()).toMatchObject({ atStart: false });
    expect(follower.view.get().entries).toHaveLength(MAX_PAGE_ENTRIES);
    await follower.loadOlder();
    log.append({ kind: 'notice', level: 'info', text: 'new' });
    await Promise.all([follower.loadOlder(), follower.loadOlder()]);
    await until(() => follower.view.get().entries.length === 3 * MAX_PAGE_ENTRIES + 1);
    expect(follower.view.get().atStart).toBe(true);
    expect(follower.view.get().entries.every(({ seq }, index) => seq === index + 1)).toBe(true);
  });

  it('shows what it knew while offline, and starts over when the log is another one', async () => {
    const fixture = await connected();
    const { client } = fixture;
    const { agentId } = await client.command('agent.create', CREATE);
    const log = daemon.agents.timeline(agentId)!;
    for (const text of ['kept', 'lost with the power']) log.append({ kind: 'notice', level: 'info', text });
    const follower = client.follow(agentId);
    await until(() => follower.view.get().entries.length === 2);
    const other = await daemon.agents.create({ provider: 'scripted', cwd: '/tmp', prompt: null, by: OWNER });
    const regrown = daemon.agents.timeline(other.agentId)!;
    regrown.append({ kind: 'notice', level: 'info', text: 'kept' });
    daemon.agents.logs.set(agentId, regrown);
    fixture.link.break();
    await fixture.state('offline');
    expect(follower.view.get()).toMatchObject({ status: 'stale', entries: [{ seq: 1 }, { seq: 2 }] });
    client.retryNow();
    await until(() => follower.view.get().status === 'live');
    expect(follower.view.get()).toMatchObject({ logId: regrown.logId, entries: [{ seq: 1, body: { text: 'kept' } }] });
    daemon.agents.logs.set(agentId, log);
  });

  it('says when the daemon has no such agent', async () => {
    const { client } = await connected();
    const follower = client.follow('nobodyaa');
    await until(() => follower.view.get().status === 'gone');
  });

  it('lets views share one subscription, which ends with the last of them', async () => {
    const fixture = await connected();
    const { agentId } = await fixture.client.command('agent.create', CREATE);
    const [one, two] = [fixture.client.follow(agentId), fixture.client.follow(agentId)];
    await until(() => one.view.get().status === 'live');
    one.stop();
    one.stop();
    daemon.agents.timeline(agentId)!.append({ kind: 'notice', level: 'info', text: 'x' });
    await until(() => two.view.get().entries.length === 1);
    two.stop();
    await until(() => fixture.link.delivered.some(({ text }) => text.includes('agent.unsubscribe')));
    expect(fixture.link.delivered.filter(({ text }) => text.includes('agent.subscribe'))).toHaveLength(1);
  });
});

const AGENT = { agentId: 'nobodyaa' };
const OWNER = { deviceId: null, name: 'This computer' };

function track(fixture: ClientFixture): ClientFixture {
  clients.push(fixture);
  return fixture;
}

async function connected(changes: ConstructorParameters<typeof ClientFixture>[1] = {}): Promise<ClientFixture> {
  const fixture = track(new ClientFixture(daemon, changes));
  await fixture.connected();
  return fixture;
}
