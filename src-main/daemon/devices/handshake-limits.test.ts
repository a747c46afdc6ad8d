import { describe, expect, test } from 'vitest';
import { memorySocketPair } from '../../../src-shared/channel/memory-frame-socket.ts';
import { KNOWN_SOURCE_BURST, SOURCE_BURST } from '../limits.ts';
import { MAX_HANDSHAKE_BYTES } from '../../../src-shared/limits.ts';
import { ManualClock } from '../../../src-shared/manual-clock.ts';
import { FirstFrameSocket } from './first-frame.ts';
import { HandshakeTurns } from './handshake-turns.ts';
import type { Rank } from './source-rates.ts';
import { SourceRates } from './source-rates.ts';
import { WaitingRoom } from './waiting-room.ts';

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('turns to compute a handshake', () => {
  function turns() {
    const clock = new ManualClock();
    const queue = new HandshakeTurns(clock);
    const served: string[] = [];
    const ask = (source: string, rank: Rank, signal = new AbortController().signal) =>
      queue.turn(source, rank, signal).then(
        () => void served.push(`${rank} ${source}`),
        (error: unknown) => void served.push(String(error)),
      );
    const ahead = async (count: number) => {
      for (let n = 0; n < count; n++) void ask('flood', 'crowd');
      await settled();
      served.length = 0;
    };
    return { clock, queue, served, ask, ahead };
  }

  test('are given at once while the processor is idle', async () => {
    const { served, ask, clock } = turns();
    await ask('a', 'crowd');
    expect(served).toEqual(['crowd a']);
    expect(clock.armed).toBe(0);
  });

  test('take a bounded share of the processor', async () => {
    const { served, ahead, clock } = turns();
    await ahead(5000);
    for (let n = 0; n < 1000; n++) {
      clock.advance(1);
      await Promise.resolve();
    }
    await settled();
    // A handshake is taken to cost 1 ms at first; the crowd may use 0.3 of the processor.
    expect(served.length).toBeGreaterThan(280);
    expect(served.length).toBeLessThanOrEqual(301);
  });

  test('go to known devices first, then to strangers, then to the crowd', async () => {
    const { served, ask, ahead, clock } = turns();
    await ahead(2000);
    for (let n = 0; n < 20; n++) void ask(`stranger ${n}`, 'new');
    void ask('phone', 'known');
    clock.advance(10);
    await settled();
    expect(served).toEqual(['known phone', 'new stranger 0', 'new stranger 1', 'new stranger 2']);
    clock.advance(1000);
    await settled();
    expect(served.slice(0, 21)).not.toContain('crowd flood');
    expect(served).toContain('crowd flood');
  });

  test('are shared by the sources of a rank, however many one of them asks for', async () => {
    const { served, ask, ahead, clock } = turns();
    await ahead(1000);
    void ask('lonely', 'crowd');
    clock.advance(20);
    await settled();
    expect(served).toContain('crowd lonely');
  });

  test('cost what was measured', async () => {
    const { queue, served, ahead, clock } = turns();
    for (let n = 0; n < 200; n++) queue.measured(2);
    await ahead(1000);
    clock.advance(1000);
    await settled();
    expect(served.length).toBeLessThanOrEqual(170);
  });

  test('are not waited for after the signal, and leave no timer', async () => {
    const { queue, served, ask, ahead, clock } = turns();
    await ahead(100);
    const abort = new AbortController();
    const waiting = ask('gone', 'crowd', abort.signal);
    abort.abort(new Error('too slow'));
    await waiting;
    expect(served).toEqual(['Error: too slow']);
    queue.stop();
    expect(clock.armed).toBe(0);
  });
});

describe('the rank of a source', () => {
  test('falls to the crowd above its rate, and comes back with time', () => {
    const clock = new ManualClock();
    const rates = new SourceRates(clock);
    const ranks = Array.from({ length: SOURCE_BURST + 1 }, () => rates.rank('a', 'pair', false));
    expect(ranks.filter((rank) => rank === 'new')).toHaveLength(SOURCE_BURST);
    expect(ranks.at(-1)).toBe('crowd');
    expect(rates.rank('b', 'pair', false)).toBe('new');
    clock.advance(1000);
    expect(rates.rank('a', 'pair', false)).toBe('new');
  });

  test('is higher where a device has come from, apart for each mode', () => {
    const rates = new SourceRates(new ManualClock());
    rates.remember('a');
    for (let n = 0; n < KNOWN_SOURCE_BURST; n++) expect(rates.rank('a', 'pair', false)).toBe('known');
    expect(rates.rank('a', 'pair', false)).toBe('crowd');
    expect(rates.rank('a', 'device', false)).toBe('known');
    expect(rates.rank('token', 'device', true)).toBe('known');
  });
});

describe('the waiting room', () => {
  function room(limit: number) {
    const gone: string[] = [];
    const waiting = new WaitingRoom(limit);
    const enter = (source: string, name: string) => waiting.enter(source, () => gone.push(name));
    return { waiting, gone, enter };
  }

  test('lets the silent ones of the most crowded source go first', () => {
    const { gone, enter } = room(3);
    enter('flood', 'flood 1')!.stage = 'answering';
    enter('flood', 'flood 2');
    enter('other', 'other 1');
    expect(enter('phone', 'phone')).not.toBeNull();
    expect(enter('flood', 'flood 3')).not.toBeNull();
    expect(gone).toEqual(['flood 2', 'flood 1']);
  });

  test('turns a newcomer away when all of its own crowd waits for a turn, but not one from elsewhere', () => {
    const { gone, enter, waiting } = room(2);
    enter('flood', 'flood 1')!.stage = 'queued';
    enter('flood', 'flood 2')!.stage = 'queued';
    expect(enter('flood', 'flood 3')).toBeNull();
    expect(enter('phone', 'phone')).not.toBeNull();
    expect(gone).toEqual(['flood 2']);
    expect(waiting.size).toBe(2);
  });

  test('counts nobody twice who leaves', () => {
    const { enter, waiting } = room(2);
    const guest = enter('a', 'a')!;
    guest.leave();
    guest.leave();
    expect(waiting.size).toBe(0);
  });
});

describe('a socket whose first frame is looked at', () => {
  test('gives every frame to the next reader, in order and once', async () => {
    const clock = new ManualClock();
    const [ours, theirs] = memorySocketPair();
    const socket = new FirstFrameSocket(theirs, clock, () => undefined);
    for (let n = 1; n <= 2; n++) ours.send(Uint8Array.of(n));
    expect(await socket.first).toEqual(Uint8Array.of(1));
    await settled();
    const read: number[] = [];
    const closed: number[] = [];
    const handlers = (factor: number) => ({
      frame: (data: Uint8Array) => {
        read.push(data[0]! * factor);
        if (read.length === 1) clock.advance(3);
        if (read.length === 2) socket.attach(handlers(10));
      },
      closed: ({ code }: { code: number }) => closed.push(code),
    });
    socket.attach(handlers(1));
    for (let n = 3; n <= 4; n++) ours.send(Uint8Array.of(n));
    await settled();
    ours.close(1000, '');
    await settled();
    expect(read).toEqual([1, 2, 30, 40]);
    expect(closed).toEqual([1000]);
    expect(socket.costMs).toBe(3);
  });

  test('is closed when it sends more than a handshake before its turn', async () => {
    const [ours, theirs] = memorySocketPair();
    const closed: string[] = [];
    const socket = new FirstFrameSocket(theirs, new ManualClock(), () => closed.push('closed'));
    ours.send(new Uint8Array(MAX_HANDSHAKE_BYTES + 1));
    expect(await socket.first).toBeNull();
    await settled();
    expect(closed).toEqual(['closed']);
  });
});
