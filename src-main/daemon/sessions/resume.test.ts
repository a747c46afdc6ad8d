import { afterEach, describe, expect, it } from 'vitest';
import { DaemonClient } from '../../../src-shared/client/daemon-client.ts';
import { memoryOutboxStore } from '../../../src-shared/client/outbox-store.ts';
import type { TimelineEntry } from '../../../src-shared/wire/timeline.ts';
import { CREATE, NOTHING_ENCLOSED } from './scripted-agents.ts';
import { MemoryLink } from './memory-connection.ts';
import { helloOf, SessionFixture } from './session-fixture.ts';

const INSTANCE = '0123456789abcdef0123456789abcdef';
const fixtures: SessionFixture[] = [];

afterEach(async () => {
  for (const fixture of fixtures.splice(0)) await fixture.close();
});

describe('a client whose connection is cut', () => {
  it('loses and doubles nothing, wherever the first connection breaks', async () => {
    const whole = await scenario(() => null);
    const counts = { client: 0, daemon: 0 };
    for (const { to } of whole.links[0]!.delivered) counts[to]++;
    expect(counts.client).toBeGreaterThan(10);
    expect(counts.daemon).toBeGreaterThanOrEqual(5);
    for (const to of ['client', 'daemon'] as const)
      for (let after = 1; after <= counts[to]; after++) await scenario((index) => (index === 0 ? { to, after } : null));
  }, 60_000);

  it('gets through connections that break after every few messages', async () => {
    for (const after of [2, 3, 5])
      for (const to of ['client', 'daemon'] as const)
        // The connections live a little longer each time, or a cut right after the set-up would never end.
        await scenario((index) => ({ to, after: after + Math.floor(index / 2) }));
  }, 60_000);
});

type Cut = (index: number) => { to: 'client' | 'daemon'; after: number } | null;

/** One client creates an agent, follows it and gives two prompts, over connections that are cut as told. Checks the outcome. */
async function scenario(cut: Cut): Promise<{ links: MemoryLink[] }> {
  const fixture = await SessionFixture.open();
  fixtures.push(fixture);
  const links: MemoryLink[] = [];
  const { clientInstance: _, ...hello } = helloOf(INSTANCE);
  const client = new DaemonClient({
    connect: (__, fullHello) => {
      const link = new MemoryLink('direct', cut(links.length));
      links.push(link);
      fixture.accept(link.daemon, fullHello);
      return Promise.resolve(link.client);
    },
    hello,
    localHello: false,
    outbox: memoryOutboxStore(INSTANCE),
    topics: ['agents', 'devices'],
    random: () => 0,
  });
  client.state.subscribe(({ state }) => {
    if (state === 'offline') setImmediate(() => client.retryNow());
  });
  client.start();
  const { agentId } = await client.command('agent.create', CREATE);
  const follower = client.follow(agentId);
  const first = client.command('agent.prompt', { agentId, text: 'one', ...NOTHING_ENCLOSED });
  const second = client.command('agent.prompt', { agentId, text: 'two', ...NOTHING_ENCLOSED });
  const [{ seq: firstSeq }, { seq: secondSeq }] = await Promise.all([first, second]);
  const log = fixture.agents.timeline(agentId)!;
  const done = (): boolean =>
    fixture.agents.get(agentId)?.state === 'finished' &&
    ends(follower.view.get().entries) === 2 &&
    follower.view.get().status === 'live' &&
    client.agents.get()?.[0]?.lastSeq === log.lastSeq;
  await until(done);
  expect(follower.view.get().entries).toEqual(await log.page(log.lastSeq + 1, 200));
  expect(follower.view.get().entries.map(({ seq }) => seq)).toEqual(numbers(log.lastSeq));
  expect(fixture.agents.creations).toHaveLength(1);
  expect(fixture.agents.prompts).toEqual(['one', 'two']);
  expect(secondSeq!).toBeGreaterThan(firstSeq!);
  expect(client.pendingCommands.get()).toEqual([]);
  await client.stop();
  return { links };
}

function ends(entries: readonly TimelineEntry[]): number {
  return entries.filter(({ body }) => body.kind === 'turn-end').length;
}

function numbers(last: number): number[] {
  return Array.from({ length: last }, (_, index) => index + 1);
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise(setImmediate);
}
