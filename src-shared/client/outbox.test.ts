import { describe, expect, it } from 'vitest';
import { MAX_OUTBOX_COMMANDS, OUTBOX_MAX_AGE_MS, OUTBOX_WINDOW } from '../limits.ts';
import { Outbox } from './outbox.ts';
import { memoryOutboxStore, type OutboxItem, type OutboxStore } from './outbox-store.ts';
import { RequestError } from './request-error.ts';

const INSTANCE = '0123456789abcdef0123456789abcdef';
const AGENT = { agentId: 'aaaaaaaa' };

describe('the outbox', () => {
  it('stores a command before it sends it, and numbers from 1', async () => {
    const order: string[] = [];
    const store = memoryOutboxStore(INSTANCE);
    const { outbox } = await opened({
      ...store,
      put: async (item) => {
        await store.put(item);
        order.push(`stored ${item.n}`);
      },
    });
    outbox.attach((item) => order.push(`sent ${item.n}`), 0);
    const results = [outbox.add('agent.cancel', AGENT), outbox.add('agent.cancel', AGENT)];
    await settled();
    expect(order).toEqual(['stored 1', 'sent 1', 'stored 2', 'sent 2']);
    outbox.settle(1, { ok: true, result: {} });
    outbox.settle(2, { ok: true, result: {} });
    await expect(Promise.all(results)).resolves.toEqual([{}, {}]);
    expect(outbox.pending.get()).toEqual([]);
  });

  it('sends everything without a result again after a reload, in order, before what is new', async () => {
    const store = memoryOutboxStore(INSTANCE);
    const first = await opened(store);
    first.outbox.attach(() => undefined, 0);
    void first.outbox.add('agent.cancel', AGENT).catch(() => undefined);
    void first.outbox
      .add('agent.prompt', { ...AGENT, text: 'x', attachments: [], mentions: [] })
      .catch(() => undefined);
    await settled();
    const second = await opened(store);
    expect(second.instance).toBe(INSTANCE);
    void second.outbox.add('agent.cancel', AGENT).catch(() => undefined);
    await settled();
    const sent: OutboxItem[] = [];
    second.outbox.attach((item) => sent.push(item), 2);
    expect(sent.map(({ n, method }) => `${n} ${method}`)).toEqual([
      '1 agent.cancel',
      '2 agent.prompt',
      '3 agent.cancel',
    ]);
  });

  it('skips counters that the daemon has seen of this instance', async () => {
    const { outbox } = await opened(memoryOutboxStore(INSTANCE));
    const sent: number[] = [];
    outbox.attach(({ n }) => sent.push(n), 41);
    void outbox.add('agent.cancel', AGENT).catch(() => undefined);
    await settled();
    expect(sent).toEqual([42]);
  });

  it('does not send what could not be stored', async () => {
    const { outbox } = await opened({ ...memoryOutboxStore(INSTANCE), put: () => Promise.reject(new Error('full')) });
    const sent: number[] = [];
    outbox.attach(({ n }) => sent.push(n), 0);
    await expect(outbox.add('agent.cancel', AGENT)).rejects.toMatchObject({ code: 'not_stored' });
    expect(sent).toEqual([]);
  });

  it('has only so many commands under way, and goes on with each answer', async () => {
    const { outbox } = await opened(memoryOutboxStore(INSTANCE));
    const sent: number[] = [];
    outbox.attach(({ n }) => sent.push(n), 0);
    const all = Array.from({ length: OUTBOX_WINDOW + 2 }, () => outbox.add('agent.cancel', AGENT));
    await settled();
    expect(sent).toHaveLength(OUTBOX_WINDOW);
    for (let n = 1; n <= OUTBOX_WINDOW + 2; n++) outbox.settle(n, { ok: true, result: {} });
    await Promise.all(all);
    expect(sent).toHaveLength(OUTBOX_WINDOW + 2);
  });

  it('refuses more than fits', async () => {
    const { outbox } = await opened(memoryOutboxStore(INSTANCE));
    for (let n = 0; n < MAX_OUTBOX_COMMANDS; n++) void outbox.add('agent.cancel', AGENT).catch(() => undefined);
    await expect(outbox.add('agent.cancel', AGENT)).rejects.toMatchObject({ code: 'outbox_full' });
  });

  it('gives up a command that waited too long, and says so to whoever waits', async () => {
    const { outbox, later } = await opened(memoryOutboxStore(INSTANCE));
    const result = outbox.add('agent.cancel', AGENT);
    await settled();
    later(OUTBOX_MAX_AGE_MS + 1);
    const sent: number[] = [];
    outbox.attach(({ n }) => sent.push(n), 0);
    await expect(result).rejects.toMatchObject({ code: 'expired' });
    expect(sent).toEqual([]);
  });

  it('keeps a failure that nobody heard until it is discarded', async () => {
    const store = memoryOutboxStore(INSTANCE);
    const first = await opened(store);
    void first.outbox.add('agent.cancel', AGENT).catch(() => undefined);
    await settled();
    const { outbox } = await opened(store);
    const sent: number[] = [];
    outbox.attach(({ n }) => sent.push(n), 0);
    outbox.settle(1, { ok: false, error: { code: 'busy', message: 'Wait.' } });
    expect(outbox.pending.get()).toMatchObject([{ n: 1, failed: { code: 'busy' } }]);
    outbox.attach(({ n }) => sent.push(n), 1);
    expect(sent).toEqual([1]);
    outbox.discard(1);
    expect(outbox.pending.get()).toEqual([]);
    expect((await store.load()).items).toEqual([]);
  });

  it("rejects a discarded command and the daemon's refusal with their codes", async () => {
    const { outbox } = await opened(memoryOutboxStore(INSTANCE));
    outbox.attach(() => undefined, 0);
    const [discarded, refused] = [outbox.add('agent.cancel', AGENT), outbox.add('agent.cancel', AGENT)];
    await settled();
    outbox.discard(1);
    outbox.settle(2, { ok: false, error: { code: 'not_found', message: 'No such agent.' } });
    await expect(discarded).rejects.toMatchObject({ code: 'discarded' });
    await expect(refused).rejects.toEqual(new RequestError('not_found', 'No such agent.'));
  });

  it('keeps commands stored when the client ends, and takes no more', async () => {
    const store = memoryOutboxStore(INSTANCE);
    const { outbox } = await opened(store);
    const result = outbox.add('agent.cancel', AGENT);
    await settled();
    outbox.end(new RequestError('stopped', 'Stopped.'));
    await expect(result).rejects.toMatchObject({ code: 'stopped' });
    await expect(outbox.add('agent.cancel', AGENT)).rejects.toMatchObject({ code: 'stopped' });
    expect((await store.load()).items).toHaveLength(1);
  });

  it('refuses a command that its own schema refuses', async () => {
    const { outbox } = await opened(memoryOutboxStore(INSTANCE));
    await expect(outbox.add('agent.cancel', { agentId: '../etc' })).rejects.toMatchObject({ code: 'bad_request' });
  });
});

async function opened(store: OutboxStore) {
  let now = Date.parse('2026-01-01T00:00:00Z');
  const outbox = new Outbox(store, () => now);
  const instance = await outbox.open();
  return { outbox, instance, later: (ms: number) => (now += ms) };
}

/** Lets every promise that can settle do so. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
