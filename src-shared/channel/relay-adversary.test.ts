import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createNodeProvider } from '../../src-main/platform/node-crypto.ts';
import { ChannelFixture } from './channel-fixture.ts';
import { initiateHandshake } from './initiator-handshake.ts';
import { MemoryFrameSocket } from './memory-frame-socket.ts';
import { respondHandshake } from './responder-handshake.ts';
import type { SecureChannel } from './secure-channel.ts';

/** A nightly run sets this much higher. */
const RUNS = Number(process.env['PASEO_ADVERSARY_RUNS'] ?? 400);
const TIMEOUT_MS = 30_000 + RUNS * 50;
const provider = createNodeProvider();
/** One daemon and one device for all runs, so that old frames are of the very same two. */
const fixture = new ChannelFixture(provider);

/** Which way frames go: towards the daemon or towards the client. */
type Way = 'up' | 'down';
type Command =
  | { readonly do: 'send' | 'deliver' | 'drop' | 'duplicate' | 'swap' | 'cut'; readonly way: Way; readonly n: number }
  | {
      readonly do: 'flip' | 'truncate' | 'replay' | 'reflect' | 'splice' | 'inject';
      readonly way: Way;
      readonly n: number;
    };

const command: fc.Arbitrary<Command> = fc.record({
  do: fc.oneof(
    { weight: 12, arbitrary: fc.constant('deliver' as const) },
    { weight: 6, arbitrary: fc.constant('send' as const) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        ...(['drop', 'duplicate', 'swap', 'cut', 'flip', 'truncate', 'replay', 'reflect', 'splice', 'inject'] as const),
      ),
    },
  ),
  way: fc.constantFrom<Way>('up', 'down'),
  n: fc.nat(1_000_000),
});

/** Two sides and a relay that obeys the commands: everything sent lies in its queues until it decides. */
class HostileRelay {
  readonly queues: Record<Way, Uint8Array[]> = { up: [], down: [] };
  readonly seen: Record<Way, Uint8Array[]> = { up: [], down: [] };
  readonly sent: Record<Way, string[]> = { up: [], down: [] };
  readonly received: Record<Way, string[]> = { up: [], down: [] };
  readonly channels: { client?: SecureChannel; daemon?: SecureChannel } = {};
  /** Frames of an earlier connection between the same two sides. */
  readonly #old: readonly Uint8Array[];
  readonly #ends: Record<Way, MemoryFrameSocket>;
  readonly #settled: Promise<unknown>;

  constructor(old: readonly Uint8Array[]) {
    this.#old = old;
    this.#ends = { down: this.#socket('up'), up: this.#socket('down') };
    const client = initiateHandshake(fixture.initiator(this.#ends.down)).then(({ channel }) => {
      this.channels.client = channel;
      channel.attach({ message: (text) => this.received.down.push(text) });
    });
    const daemon = respondHandshake(fixture.responder(this.#ends.up)).then(({ channel }) => {
      this.channels.daemon = channel;
      channel.attach({ message: (text) => this.received.up.push(text) });
    });
    this.#settled = Promise.allSettled([client, daemon]);
  }

  /** True when the command was more than honest carrying. */
  obey({ do: what, way, n }: Command): boolean {
    const queue = this.queues[way];
    const at = queue.length === 0 ? -1 : n % queue.length;
    switch (what) {
      case 'send':
        this.#send(way, n);
        return false;
      case 'deliver': {
        const frame = queue.shift();
        if (frame) this.#ends[way].deliver(frame);
        return false;
      }
      case 'drop':
        return at >= 0 && queue.splice(at, 1).length > 0;
      case 'duplicate':
        return at >= 0 && queue.splice(at, 0, queue[at]!).length === 0;
      case 'swap':
        return at >= 0 && queue.push(queue.splice(at, 1)[0]!) > 1 && at < queue.length - 1;
      case 'flip':
        return at >= 0 && this.#change(way, at, (frame) => (frame[n % frame.length]! ^= 1 << (n % 8)));
      case 'truncate':
        if (at >= 0) queue[at] = queue[at]!.slice(0, n % queue[at]!.length);
        return at >= 0;
      case 'replay':
        return this.#insert(way, this.seen[way], n);
      case 'reflect':
        return this.#insert(way, this.seen[way === 'up' ? 'down' : 'up'], n);
      case 'splice':
        return this.#insert(way, this.#old, n);
      case 'inject':
        return this.#insert(way, [provider.random(n % 400), new Uint8Array(272)], n);
      case 'cut':
        this.#ends[way].end({ code: 1006, reason: '' });
        return true;
    }
  }

  /** Cuts both sides off and waits until they know. */
  async finish(): Promise<void> {
    for (const end of Object.values(this.#ends)) end.end({ code: 1006, reason: '' });
    await this.#settled;
  }

  #send(way: Way, n: number): void {
    const channel = way === 'up' ? this.channels.client : this.channels.daemon;
    if (!channel || channel.signal.aborted) return;
    const text = `${way} ${this.sent[way].length} `.padEnd([20, 700, 140_000][n % 3]!, 'x');
    this.sent[way].push(text);
    channel.send(text, 'one lane');
  }

  #change(way: Way, at: number, change: (frame: Uint8Array) => void): true {
    const copy = this.queues[way][at]!.slice();
    change(copy);
    this.queues[way][at] = copy;
    return true;
  }

  #insert(way: Way, from: readonly Uint8Array[], n: number): boolean {
    const frame = from[n % Math.max(1, from.length)];
    if (frame) this.queues[way].splice(n % (this.queues[way].length + 1), 0, frame);
    return frame !== undefined;
  }

  #socket(way: Way): MemoryFrameSocket {
    return new MemoryFrameSocket({
      sent: (frame) => {
        this.queues[way].push(frame);
        this.seen[way].push(frame);
      },
      closing: () => {},
    });
  }
}

const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

async function play(commands: readonly Command[], old: readonly Uint8Array[]) {
  const relay = new HostileRelay(old);
  let honest = true;
  for (const next of commands) {
    if (relay.obey(next)) honest = false;
    await settle();
  }
  if (honest) await carryEverything(relay);
  return { relay, honest };
}

async function carryEverything(relay: HostileRelay): Promise<void> {
  while (relay.queues.up.length + relay.queues.down.length > 0) {
    for (const way of ['up', 'down'] as const) relay.obey({ do: 'deliver', way, n: 0 });
    await settle();
  }
}

it(
  'lets a hostile relay do nothing but stop: what arrives is a prefix of what was sent, each message once',
  async () => {
    const seen = { finished: 0, honest: 0, cutShort: 0 };
    const { relay: earlier } = await play([], []);
    const old = [...earlier.seen.up, ...earlier.seen.down];
    expect(old.length).toBeGreaterThan(3);
    await fc.assert(
      fc.asyncProperty(fc.array(command, { maxLength: 90, size: 'max' }), async (commands) => {
        const { relay, honest } = await play(commands, old);
        for (const way of ['up', 'down'] as const) {
          const { sent, received } = relay;
          expect(received[way]).toEqual(sent[way].slice(0, received[way].length));
          if (honest) expect(received[way]).toHaveLength(sent[way].length);
          else if (received[way].length < sent[way].length) seen.cutShort++;
        }
        if (relay.channels.client && relay.channels.daemon) seen.finished++;
        if (honest) seen.honest++;
        await relay.finish();
      }),
      { numRuns: RUNS },
    );
    // The runs were worth something: many connected, some were left alone, some were hurt.
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(RUNS / 50);
  },
  TIMEOUT_MS,
);
