import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deferred } from '../../../src-shared/deferred.ts';
import { DaemonMessage } from '../../../src-shared/wire/messages.ts';
import { MemoryLink } from './memory-connection.ts';
import { helloOf, SessionFixture } from './session-fixture.ts';
import { INSTANCE, SessionPeer } from './session-peer.ts';

let fixture: SessionFixture;

beforeEach(async () => {
  fixture = await SessionFixture.open();
});

afterEach(async () => {
  await fixture.close();
});

describe('local connections', () => {
  it('are the owner once they have said hello', async () => {
    const link = new MemoryLink('local');
    fixture.hub.acceptLocal(link.daemon);
    expect(fixture.hub.count.get()).toBe(0);
    const welcome = deferred<DaemonMessage>();
    link.client.attach({ message: (text) => welcome.resolve(DaemonMessage.parse(JSON.parse(text))) });
    link.client.send(JSON.stringify({ t: 'hello', hello: helloOf(INSTANCE) }));
    await expect(welcome.promise).resolves.toMatchObject({ t: 'welcome', role: 'owner', deviceId: null, routes: null });
    expect(fixture.hub.count.get()).toBe(1);
  });

  it('end when their first message is another one', async () => {
    const link = new MemoryLink('local');
    fixture.hub.acceptLocal(link.daemon);
    link.client.send(JSON.stringify({ t: 'query', id: 1, method: 'daemon.status', params: {} }));
    await expect(link.client.closed).resolves.toMatchObject({ code: 'bad-message' });
  });

  it('end when they say nothing for too long', async () => {
    const link = new MemoryLink('local');
    fixture.hub.acceptLocal(link.daemon);
    fixture.clock.advance(10_000);
    await expect(link.client.closed).resolves.toMatchObject({ code: 'bad-message' });
    expect(fixture.clock.armed).toBe(0);
  });
});

describe('stopping the sessions', () => {
  it('answers what is under way, then ends every connection and leaves nothing behind', async () => {
    const slow = deferred<{ path: string; parent: null; folders: []; recent: [] }>();
    fixture.agents.folders = () => slow.promise;
    const peer = new SessionPeer(fixture);
    const silent = new MemoryLink('local');
    fixture.hub.acceptLocal(silent.daemon);
    const answer = peer.query('folders.list', { path: null });
    await until(() => peer.link.delivered.some(({ to }) => to === 'daemon'));
    const stopped = fixture.hub.stop();
    slow.resolve({ path: '/home', parent: null, folders: [], recent: [] });
    await expect(answer).resolves.toMatchObject({ path: '/home' });
    await stopped;
    await expect(peer.connection.closed).resolves.toMatchObject({ code: 'going-away' });
    await expect(silent.client.closed).resolves.toMatchObject({ code: 'going-away' });
    expect(fixture.hub.count.get()).toBe(0);
    expect(fixture.clock.armed).toBe(0);
  });

  it('does not wait for ever for a request that hangs, and takes nobody new', async () => {
    fixture.agents.folders = () => new Promise(() => undefined);
    const peer = new SessionPeer(fixture);
    peer.say({ t: 'query', id: 1, method: 'folders.list', params: { path: null } });
    await until(() => peer.link.delivered.some(({ to }) => to === 'daemon'));
    const stopped = fixture.hub.stop();
    const late = new SessionPeer(fixture);
    await expect(late.connection.closed).resolves.toMatchObject({ code: 'going-away' });
    fixture.clock.advance(2000);
    await stopped;
    await expect(peer.connection.closed).resolves.toMatchObject({ code: 'going-away' });
  });
});

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise(setImmediate);
}
