import { describe, expect, it } from 'vitest';
import {
  FEED_RETRY_MS,
  FEED_STEPS_BURST,
  FEED_STEPS_PER_SECOND,
  SESSION_DRAIN_POLL_MS,
  SESSION_HIGH_WATER_BYTES,
} from '../limits.ts';
import { ManualClock } from '../../../src-shared/manual-clock.ts';
import { collectingLogger } from '../../platform/logger.ts';
import { type FeedSource, SessionFeed } from './session-feed.ts';

describe('the feed of a session', () => {
  it('gives every source its turn while one has a long history', async () => {
    const { feed, sent, source } = fixture();
    feed.wake(source('long', 3));
    feed.wake(source('short', 1));
    await settled();
    expect(sent).toEqual(['long', 'short', 'long', 'long']);
  });

  it('sends what changed in one turn of the event loop once, and without a timer', async () => {
    const { feed, sent, source, clock } = fixture();
    const one = source('one', 1);
    for (let i = 0; i < 100; i++) feed.wake(one);
    await settled();
    expect(sent).toEqual(['one']);
    expect(clock.armed).toBe(0);
  });

  it('stops for a peer that reads slowly, and goes on when it has caught up', async () => {
    const { feed, sent, source, clock, peer } = fixture();
    peer.buffered = SESSION_HIGH_WATER_BYTES;
    feed.wake(source('one', 1));
    await settled();
    feed.wake(source('two', 1));
    clock.advance(SESSION_DRAIN_POLL_MS);
    await settled();
    expect(sent).toEqual([]);
    peer.buffered = 0;
    clock.advance(SESSION_DRAIN_POLL_MS);
    await settled();
    expect(sent).toEqual(['one', 'two']);
    expect(clock.armed).toBe(0);
  });

  it('tells of one agent that streams at once, and of fifty in rounds in which all have their turn', async () => {
    const { feed, clock } = fixture();
    const sources = Array.from({ length: 50 }, () => new Stream());
    const stream = async (streams: readonly Stream[], seconds: number): Promise<number> => {
      for (let ms = 0; ms < seconds * 1000; ms += 5) {
        for (const each of streams) {
          each.fresh++;
          feed.wake(each);
        }
        await settled();
        clock.advance(5);
        await settled();
      }
      return streams.reduce((sum, each) => sum + each.steps, 0);
    };
    expect(await stream(sources.slice(0, 1), 2)).toBe(400);
    expect(clock.armed).toBe(0);
    sources[0]!.steps = 0;
    expect(await stream(sources, 2)).toBeLessThanOrEqual(2 * FEED_STEPS_PER_SECOND + FEED_STEPS_BURST);
    const counts = sources.map(({ steps }) => steps);
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(2);
    clock.advance(200);
    await settled();
    expect([sources.filter(({ fresh }) => fresh > 0).length, clock.armed]).toEqual([0, 0]);
  });

  it('tries a source again that could not be read, and serves the others', async () => {
    const { feed, sent, source, clock } = fixture();
    let broken = true;
    const flaky = { step: () => (broken ? Promise.reject(new Error('disk')) : source('flaky', 1).step()) };
    feed.wake(flaky);
    feed.wake(source('other', 1));
    await settled();
    broken = false;
    clock.advance(FEED_RETRY_MS);
    await settled();
    expect(sent).toEqual(['other', 'flaky']);
  });

  it('rests longer after each failure, whatever wakes the source meanwhile', async () => {
    const { feed, clock } = fixture();
    let tries = 0;
    const broken = { step: () => Promise.reject(new Error(`disk ${++tries}`)) };
    const wakeOften = async (ms: number): Promise<void> => {
      for (let passed = 0; passed < ms; passed += 100) {
        feed.wake(broken);
        clock.advance(100);
        await settled();
      }
    };
    await wakeOften(60_000);
    expect(tries).toBeLessThan(10);
    feed.remove(broken);
    await wakeOften(0);
    clock.advance(10 * 60_000);
    await settled();
    expect(tries).toBeLessThan(10);
  });

  it('sends nothing after its end and leaves no timer', async () => {
    const { feed, sent, source, clock, peer } = fixture();
    peer.buffered = SESSION_HIGH_WATER_BYTES;
    feed.wake(source('one', 1));
    await settled();
    feed.stop();
    feed.wake(source('two', 1));
    peer.buffered = 0;
    await settled();
    expect(sent).toEqual([]);
    expect(clock.armed).toBe(0);
  });
});

/** Says in one step all that is new. */
class Stream implements FeedSource {
  fresh = 0;
  steps = 0;

  step(): boolean {
    this.fresh = 0;
    this.steps++;
    return false;
  }
}

function fixture() {
  const clock = new ManualClock();
  const peer = { buffered: 0 };
  const sent: string[] = [];
  const feed = new SessionFeed(() => peer.buffered, clock, collectingLogger());
  const source = (name: string, slices: number): FeedSource => ({
    step: () => {
      sent.push(name);
      return --slices > 0;
    },
  });
  return { clock, peer, sent, feed, source };
}

function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
