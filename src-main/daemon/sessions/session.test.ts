import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deferred } from '../../../src-shared/deferred.ts';
import type { SessionRole } from '../../../src-shared/devices.ts';
import { MAX_REQUESTS_IN_FLIGHT, MAX_SUBSCRIPTIONS, SESSION_BUFFER_LIMIT_BYTES } from '../limits.ts';
import type { FolderListing } from '../../../src-shared/wire/agent.ts';
import { requests } from '../../../src-shared/wire/requests.ts';
import { CREATE, NOTHING_ENCLOSED } from './scripted-agents.ts';
import { DEVICE, helloOf, ROUTES, SessionFixture } from './session-fixture.ts';
import { INSTANCE, SessionPeer } from './session-peer.ts';

let fixture: SessionFixture;

beforeEach(async () => {
  fixture = await SessionFixture.open();
});

afterEach(async () => {
  await fixture.close();
});

describe('a session', () => {
  it('welcomes at once, with role, routes and the last command of this instance', async () => {
    const first = new SessionPeer(fixture);
    await first.command('agent.create', CREATE, 7);
    const peer = new SessionPeer(fixture);
    await expect(peer.next((message) => message.t === 'welcome')).resolves.toEqual({
      t: 'welcome',
      protocol: 1,
      daemonName: 'Test daemon',
      daemonVersion: '0.1.0',
      role: 'full',
      deviceId: DEVICE.id,
      routes: ROUTES,
      lastCommand: 7,
    });
  });

  it('watches nothing for a client that is gone before its request was answered', async () => {
    const peer = new SessionPeer(fixture);
    let open = 0;
    const { subscribe } = fixture.status;
    fixture.status.subscribe = (listener) => {
      open++;
      const end = subscribe.call(fixture.status, listener);
      return () => {
        open--;
        end();
      };
    };
    peer.link.daemon.deliver(JSON.stringify({ t: 'query', id: 1, method: 'watch', params: { topics: ['daemon'] } }));
    peer.link.daemon.deliver('not json');
    await peer.connection.closed;
    await new Promise(setImmediate);
    expect(open).toBe(0);
  });

  it('creates, prompts, lists, pages and archives agents, naming who did it', async () => {
    const peer = new SessionPeer(fixture);
    const { agentId } = (await peer.command('agent.create', CREATE)) as { agentId: string };
    await expect(peer.command('agent.prompt', { agentId, text: 'hi', ...NOTHING_ENCLOSED })).resolves.toEqual({
      seq: 1,
      queuedId: null,
    });
    const logId = fixture.agents.timeline(agentId)!.logId;
    const page = await peer.query('agent.page', { agentId, logId, before: 2, limit: 10 });
    const by = { deviceId: DEVICE.id, name: 'Phone' };
    expect(page).toMatchObject({ logId, entries: [{ seq: 1, body: { kind: 'user', text: 'hi', by } }] });
    await expect(peer.query('agent.page', { agentId, logId: 'zzzzzzzz', before: 2, limit: 10 })).resolves.toBe(
      'log_changed',
    );
    await peer.command('agent.archive', { agentId, archived: true });
    await expect(peer.query('agents.list', { archived: false })).resolves.toEqual({ agents: [] });
    await expect(peer.query('agents.list', { archived: true })).resolves.toMatchObject({ agents: [{ id: agentId }] });
    await expect(peer.command('agent.cancel', { agentId: 'nobodyaa' })).resolves.toBe('not_found');
  });

  it('lets each role do what its requests say, and no more', async () => {
    const roles: readonly SessionRole[] = ['view', 'approve', 'full', 'owner'];
    for (const role of roles) {
      const peer = new SessionPeer(fixture, role);
      for (const [method, request] of Object.entries(requests)) {
        const params = method === 'daemon.stop' ? { agents: 'keep' } : {};
        const answer = await (request.kind === 'query' ? peer.query(method, params) : peer.command(method, params));
        const allowed = roles.indexOf(role) >= roles.indexOf(request.role);
        expect(`${role} ${method} ${answer === 'forbidden' ? 'no' : 'yes'}`).toBe(
          `${role} ${method} ${allowed ? 'yes' : 'no'}`,
        );
      }
    }
    expect(fixture.calls).toEqual(['stop keep']);
  });

  it('lets a device remove itself, and others only with the role for it', async () => {
    const viewer = new SessionPeer(fixture, 'view');
    await expect(viewer.command('device.revoke', { deviceId: 'otherxxx' })).resolves.toBe('forbidden');
    await expect(viewer.command('device.revoke', { deviceId: DEVICE.id })).resolves.toEqual({});
    expect(fixture.calls).toEqual([`revoke ${DEVICE.id}`]);
    // What is forbidden costs no disk and no memory.
    expect(await readFile(fixture.ledgerPath, 'utf8')).not.toContain('"n":1,');
    expect(await readFile(fixture.ledgerPath, 'utf8')).toContain('"n":2,');
  });

  it('shows pairing to the owner alone', async () => {
    await expect(new SessionPeer(fixture).query('watch', { topics: ['pairing'] })).resolves.toBe('forbidden');
    const owner = new SessionPeer(fixture, 'owner');
    await expect(owner.query('watch', { topics: ['pairing'] })).resolves.toEqual({});
    await expect(owner.event('pairing')).resolves.toMatchObject({ pairing: { offers: [] } });
  });

  it('starts each topic with its whole state and then tells changes', async () => {
    const peer = new SessionPeer(fixture);
    await peer.query('watch', { topics: ['agents', 'devices', 'daemon'] });
    await expect(peer.event('agents')).resolves.toEqual({ topic: 'agents', agents: [] });
    await expect(peer.event('devices')).resolves.toMatchObject({ devices: [{ id: DEVICE.id }] });
    await expect(peer.event('daemon')).resolves.toMatchObject({ status: { name: 'Test daemon' } });
    fixture.devices.set([]);
    await expect(peer.event('devices')).resolves.toEqual({ topic: 'devices', devices: [] });
    const { agentId } = (await peer.command('agent.create', CREATE)) as { agentId: string };
    await expect(peer.event('agent')).resolves.toMatchObject({ agent: { id: agentId } });
    fixture.routes.set({ ...ROUTES, version: 2 });
    await expect(peer.event('routes')).resolves.toMatchObject({ routes: { version: 2 } });
  });

  it('answers a subscription before its first event, also when the timeline is empty', async () => {
    const peer = new SessionPeer(fixture);
    const { agentId } = (await peer.command('agent.create', CREATE)) as { agentId: string };
    void peer.query('agent.subscribe', { agentId, cursor: null });
    await peer.event('timeline');
    const order = peer.link.delivered.filter(({ to }) => to === 'client').map(({ text }) => text);
    expect(order.at(-2)).toContain('"result"');
    expect(order.at(-1)).toContain('"reset":true');
  });

  it('goes on from a cursor in the middle of a growing entry', async () => {
    const peer = new SessionPeer(fixture);
    const { agentId } = (await peer.command('agent.create', CREATE)) as { agentId: string };
    const log = fixture.agents.timeline(agentId)!;
    log.extend('message', 'Hello');
    await peer.query('agent.subscribe', { agentId, cursor: { logId: log.logId, seq: 1, offset: 2 } });
    await expect(peer.event('timeline')).resolves.toMatchObject({
      reset: false,
      grow: { seq: 1, offset: 2, text: 'llo' },
    });
    log.extend('message', ' you');
    log.append({ kind: 'notice', level: 'info', text: 'x' });
    await expect(peer.event('timeline')).resolves.toMatchObject({
      grow: { seq: 1, offset: 5, text: ' you' },
      entries: [{ seq: 2 }],
    });
    await peer.event('detail');
    await peer.query('agent.unsubscribe', { agentId });
    log.append({ kind: 'notice', level: 'info', text: 'y' });
    fixture.agents.changeDetail(agentId, { queuePaused: true });
    await peer.query('daemon.status', {});
    expect(peer.heard.filter(({ t }) => t === 'event')).toEqual([]);
  });

  it('tells who follows an agent its detail, after the answer and after every change', async () => {
    const peer = new SessionPeer(fixture, 'view');
    const { agentId } = await fixture.agents.create({ ...CREATE, by: { deviceId: null, name: 'test' } });
    await peer.query('agent.subscribe', { agentId, cursor: null });
    await expect(peer.event('detail')).resolves.toMatchObject({ agentId, detail: { queuePaused: false } });
    fixture.agents.changeDetail(agentId, { queuePaused: true });
    await expect(peer.event('detail')).resolves.toMatchObject({ detail: { queuePaused: true } });
  });

  it('refuses more subscriptions than its limit', async () => {
    const peer = new SessionPeer(fixture);
    const { agentId } = (await peer.command('agent.create', CREATE)) as { agentId: string };
    const log = fixture.agents.logs.get(agentId)!;
    const others = Array.from({ length: MAX_SUBSCRIPTIONS }, (_, i) => `follow${LETTERS[i >> 3]}${LETTERS[i & 7]}`);
    for (const id of others) fixture.agents.logs.set(id, log);
    for (const id of others) await peer.query('agent.subscribe', { agentId: id, cursor: null });
    await expect(peer.query('agent.subscribe', { agentId, cursor: null })).resolves.toBe('too_many');
    for (const id of others) fixture.agents.logs.delete(id);
  });

  it('refuses more requests at once than its limit', async () => {
    const listing = deferred<FolderListing>();
    fixture.agents.folders = () => listing.promise;
    const peer = new SessionPeer(fixture);
    const asked = Array.from({ length: MAX_REQUESTS_IN_FLIGHT }, () => peer.query('folders.list', { path: null }));
    await expect(peer.query('daemon.status', {})).resolves.toBe('too_many');
    listing.resolve({ path: '/home', parent: null, folders: [], recent: [] });
    await Promise.all(asked);
    await expect(peer.query('daemon.status', {})).resolves.toMatchObject({ name: 'Test daemon' });
  });

  it.each([
    ['an unknown key in the params', { ...CREATE, sudo: true }, 'bad_request'],
    ['a number for a string', { ...CREATE, cwd: 5 }, 'bad_request'],
    ['no params', undefined, 'bad_request'],
  ])('refuses %s and lives on', async (_, params, code) => {
    const peer = new SessionPeer(fixture);
    await expect(peer.command('agent.create', params)).resolves.toBe(code);
    await expect(peer.query('daemon.status', {})).resolves.toMatchObject({ name: 'Test daemon' });
  });

  it.each(['toString', '__proto__', 'constructor', 'agent.create', 'nothing'])(
    'does not know the query %s',
    async (method) => {
      await expect(new SessionPeer(fixture).query(method, {})).resolves.toBe('unknown_method');
    },
  );

  it('refuses a command of another instance', async () => {
    const peer = new SessionPeer(fixture);
    peer.say({ t: 'command', id: { instance: 'f'.repeat(32), n: 1 }, method: 'agent.create', params: CREATE });
    await expect(peer.answer(() => true)).resolves.toBe('bad_request');
    expect(fixture.agents.creations).toEqual([]);
  });

  it.each([
    ['nonsense', 'nonsense'],
    ['a second hello', { t: 'hello', hello: {} }],
    ['endless nesting', '['.repeat(100_000)],
  ])('ends a connection that says %s', async (_, text) => {
    const peer = new SessionPeer(fixture);
    peer.say(text);
    await expect(peer.connection.closed).resolves.toMatchObject({ code: 'bad-message', by: 'remote' });
  });

  it('hides what went wrong inside, and logs it', async () => {
    fixture.agents.providers = () => Promise.reject(new Error('secret path'));
    const peer = new SessionPeer(fixture);
    await expect(peer.query('providers.list', {})).resolves.toBe('internal');
    expect(JSON.stringify(peer.heard)).not.toContain('secret path');
    expect(fixture.logger.lines.some(({ level }) => level === 'error')).toBe(true);
  });

  it('closes only the peer that does not read what it asked for', async () => {
    const [slow, other] = [new SessionPeer(fixture), new SessionPeer(fixture, 'full', OTHER)];
    slow.link.daemon.buffered = SESSION_BUFFER_LIMIT_BYTES + 1;
    slow.say({ t: 'query', id: 1, method: 'daemon.status', params: {} });
    await expect(slow.connection.closed).resolves.toMatchObject({ code: 'too-slow' });
    await expect(other.query('daemon.status', {})).resolves.toMatchObject({ name: 'Test daemon' });
  });
});

const LETTERS = 'abcdefgh';
const OTHER = helloOf(INSTANCE.replace('0', '1'));
