import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RelayClose } from '../../src-shared/relay/envelopes.ts';
import { claimed, joined, newSession, startRelay } from './relay-harness.ts';
import type { TestSocket } from './relay-harness.ts';

let relay: Awaited<ReturnType<typeof startRelay>>;
let control: TestSocket;
const session = newSession();

beforeEach(async () => {
  relay = await startRelay();
  control = await claimed(relay.endpoint, session);
});
afterEach(() => relay.stop());

/** Bytes of buffers in this process that something still holds. */
function heldBuffers(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  return process.memoryUsage().arrayBuffers;
}

const pipe = () => joined(relay.endpoint, session, control);

describe('a pipe', () => {
  it.each([0, 1, 125, 126, 65_534, 65_535])('passes a frame of %i bytes both ways unchanged', async (length) => {
    const { client, data } = await pipe();
    const frame = Buffer.from(Uint8Array.from({ length }, (_, i) => (i * 31) & 0xff));
    client.ws.send(frame);
    expect((await data.nextFrame()).equals(frame)).toBe(true);
    data.ws.send(frame);
    expect((await client.nextFrame()).equals(frame)).toBe(true);
  });

  it.each(['client', 'data'] as const)('closes a %s that sends more than 65,535 bytes', async (side) => {
    const ends = await pipe();
    ends[side].ws.send(Buffer.alloc(65_536));
    expect((await ends[side].closed).code).toBe(1009);
    expect((await ends[side === 'client' ? 'data' : 'client'].closed).code).toBe(RelayClose.peerGone);
  });

  it('closes when text comes after the first message', async () => {
    const { client, data } = await pipe();
    client.ws.send('text');
    expect((await client.closed).code).toBe(RelayClose.badRequest);
    expect((await data.closed).code).toBe(RelayClose.badRequest);
  });

  it('delivers what was sent right before a close, then the close', async () => {
    const { client, data } = await pipe();
    for (let i = 0; i < 50; i++) client.ws.send(Buffer.alloc(10_000, i));
    client.ws.close(1000, '');
    for (let i = 0; i < 50; i++) expect((await data.nextFrame())[0]).toBe(i);
    expect((await data.closed).code).toBe(1000);
  });

  it('passes on the close codes of the channel, and no others', async () => {
    const codes: [number, string, number, string][] = [
      [4400, '', 4400, ''],
      [4406, '1', 4406, '1'],
      [4999, 'secret', RelayClose.peerGone, ''],
      [1001, 'secret', RelayClose.peerGone, ''],
    ];
    for (const [code, reason, passedCode, passedReason] of codes) {
      const { client, data } = await pipe();
      data.ws.close(code, reason);
      expect(await client.closed).toEqual({ code: passedCode, reason: passedReason });
    }
  });

  it('ends the other side when one breaks', async () => {
    const { client, data } = await pipe();
    client.ws.terminate();
    expect((await data.closed).code).toBe(RelayClose.peerGone);
  });
});

describe('a slow reader', () => {
  /** Sends numbered frames until the sender feels the back-pressure; resolves with how many. */
  async function fill(sender: TestSocket, size: number): Promise<number> {
    let sent = 0;
    let quiet = 0;
    while (quiet < 10 && sent < 4000) {
      if (sender.ws.bufferedAmount > 4 * size) {
        quiet += 1;
        await new Promise((resolve) => setTimeout(resolve, 20));
        continue;
      }
      quiet = 0;
      const frame = Buffer.alloc(size);
      frame.writeUInt32BE(sent);
      sender.ws.send(frame);
      sent += 1;
      if (sent % 16 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    return sent;
  }

  it.each(['client', 'data'] as const)(
    'holds the sender back and loses nothing (reader: %s)',
    async (side) => {
      const ends = await pipe();
      const [reader, sender] = side === 'client' ? [ends.client, ends.data] : [ends.data, ends.client];
      reader.ws.pause();
      const before = heldBuffers();
      const sent = await fill(sender, 65_535);
      // What the kernel takes is not ours; what is ours is this process's buffers, the relay's included.
      expect(sent).toBeLessThan(2000);
      await expect.poll(() => heldBuffers() - before).toBeLessThan(4 * 1024 * 1024);
      reader.ws.resume();
      for (let i = 0; i < sent; i++) expect((await reader.nextFrame()).readUInt32BE()).toBe(i);
    },
    20_000,
  );

  it('gets every one of many small frames in order', async () => {
    const { client, data } = await pipe();
    client.ws.pause();
    const count = 30_000;
    for (let i = 0; i < count; i++) {
      const frame = Buffer.alloc(64);
      frame.writeUInt32BE(i);
      data.ws.send(frame);
    }
    client.ws.resume();
    for (let i = 0; i < count; i++) {
      const frame = await client.nextFrame();
      if (frame.readUInt32BE() !== i) throw new Error(`frame ${i} is out of order`);
    }
  }, 20_000);

  it('does not hold up another pipe', async () => {
    const slow = await pipe();
    slow.client.ws.pause();
    await fill(slow.data, 65_535);
    const other = await pipe();
    const started = performance.now();
    for (let i = 0; i < 100; i++) {
      other.client.ws.send(Buffer.of(i));
      await other.data.nextFrame();
    }
    expect(performance.now() - started).toBeLessThan(2000);
  }, 20_000);

  it('is told of nothing, but the sender of its end', async () => {
    const { client, data } = await pipe();
    client.ws.pause();
    await fill(data, 65_535);
    client.ws.terminate();
    expect((await data.closed).code).toBe(RelayClose.peerGone);
  }, 20_000);
});
