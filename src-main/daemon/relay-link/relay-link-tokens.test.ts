import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toBase64url } from '../../../src-shared/bytes.ts';
import { ManualClock } from '../../../src-shared/manual-clock.ts';
import { RelayClose } from '../../../src-shared/relay/envelopes.ts';
import { hashesOf, join, newSession, startRelay } from '../../relay/relay-harness.ts';
import type { RelayLink } from './relay-link.ts';
import { impostor, newLink as makeLink, reached } from './relay-link-harness.ts';

let relay: Awaited<ReturnType<typeof startRelay>>;
let links: RelayLink[] = [];

beforeEach(async () => {
  relay = await startRelay();
});
afterEach(async () => {
  await Promise.all(links.map((link) => link.stop()));
  links = [];
  await relay.stop();
});

const newLink: typeof makeLink = (...parameters) => {
  const made = makeLink(...parameters);
  links.push(made.link);
  return made;
};

describe('join tokens', () => {
  it('are told live, and a removed one ends its pipe', async () => {
    const session = newSession();
    const late = newSession().tokens[0]!;
    const { link, pipes } = newLink(relay.endpoint, [session]);
    link.start();
    await reached(link, 'online');
    expect((await (await join(relay.endpoint, session, late)).closed).code).toBe(RelayClose.notAvailable);
    session.tokens.push(late);
    link.updateTokens();
    await expect
      .poll(async () => {
        const client = await join(relay.endpoint, session, late);
        return Promise.race([
          client.closed.then(() => 'refused'),
          expect
            .poll(() => pipes.length)
            .toBe(1)
            .then(() => 'in'),
        ]);
      })
      .toBe('in');
    const closed = new Promise<number>((resolve) =>
      pipes[0]!.socket.attach({ frame: () => {}, closed: ({ code }) => resolve(code) }),
    );
    session.tokens.pop();
    link.updateTokens();
    expect(await closed).toBe(RelayClose.notAvailable);
  });

  it('that the relay should not know any more are not dialled for', async () => {
    const session = newSession();
    const { link, pipes } = newLink(relay.endpoint, [session]);
    link.start();
    await reached(link, 'online');
    const [token] = session.tokens.splice(0, 1);
    const client = await join(relay.endpoint, session, token);
    client.ws.ping();
    await once(client.ws, 'pong');
    link.updateTokens();
    expect((await client.closed).code).toBe(RelayClose.notAvailable);
    expect(pipes).toEqual([]);
  });
});

describe('a hostile relay', () => {
  it('cannot make the daemon dial without end, nor for sessions it does not have', async () => {
    const session = newSession();
    let dials = 0;
    const flooding = await impostor((ws) => {
      dials += 1;
      if (dials > 1) return;
      ws.send(JSON.stringify({ t: 'challenge', version: 1, challenge: toBase64url(new Uint8Array(32)) }));
      ws.once('message', () => {
        ws.send(JSON.stringify({ t: 'claimed', sessionId: session.sessionId }));
        const waiting = { t: 'waiting', pipe: 'a'.repeat(16), ticket: 'A'.repeat(43), tokenHash: hashesOf(session)[0] };
        ws.send(JSON.stringify({ ...waiting, sessionId: 'b'.repeat(32) }));
        ws.send(JSON.stringify({ ...waiting, sessionId: session.sessionId, tokenHash: '0'.repeat(64) }));
        for (let i = 0; i < 500; i++) ws.send(JSON.stringify({ ...waiting, sessionId: session.sessionId }));
      });
    });
    const { link, pipes } = newLink(flooding.endpoint, [session]);
    link.start();
    await reached(link, 'online');
    await expect.poll(() => pipes.length).toBeGreaterThanOrEqual(16);
    expect(pipes.length).toBeLessThanOrEqual(64);
    expect(pipes.every((pipe) => pipe.sessionId === session.sessionId)).toBe(true);
    await link.stop();
    await flooding.stop();
  });
});

describe('stopping', () => {
  it('closes every socket and timer, whatever was going on', async () => {
    const session = newSession();
    const clock = new ManualClock();
    const { link, pipes } = newLink(relay.endpoint, [session], { clock });
    link.start();
    await reached(link, 'online');
    const client = await join(relay.endpoint, session);
    await expect.poll(() => pipes.length).toBe(1);
    const closed = new Promise<void>((resolve) =>
      pipes[0]!.socket.attach({ frame: () => {}, closed: () => resolve() }),
    );
    await Promise.all([link.stop(), link.stop()]);
    await closed;
    await client.closed;
    expect(clock.armed).toBe(0);
    expect(link.state.get()).toEqual({ state: 'off' });
    link.retryNow();
    link.start();
    expect(link.state.get()).toEqual({ state: 'off' });

    const dialling = newLink(relay.endpoint, [session], { clock }).link;
    dialling.start();
    await dialling.stop();
    const waiting = newLink('127.0.0.1:1', [session], { clock }).link;
    waiting.start();
    await reached(waiting, 'offline');
    await waiting.stop();
    expect(clock.armed).toBe(0);
  });
});
