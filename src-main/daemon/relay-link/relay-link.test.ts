import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toBase64url } from '../../../src-shared/bytes.ts';
import { ManualClock } from '../../../src-shared/manual-clock.ts';
import { claimed, hashesOf, join, newSession, startRelay } from '../../relay/relay-harness.ts';
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

describe('a relay link', () => {
  it('claims every session and hands over each waiting client, frames and all', async () => {
    const sessions = [newSession(), newSession(2)];
    const { link, pipes } = newLink(relay.endpoint, sessions);
    link.start();
    await reached(link, 'online');
    const client = await join(relay.endpoint, sessions[1]!, sessions[1]!.tokens[1]);
    client.ws.send(Buffer.from('first'));
    await expect.poll(() => pipes.length).toBe(1);
    const pipe = pipes[0]!;
    expect([pipe.sessionId, pipe.tokenHash]).toEqual([sessions[1]!.sessionId, hashesOf(sessions[1]!)[1]]);
    const frames: string[] = [];
    pipe.socket.attach({ frame: (data) => frames.push(Buffer.from(data).toString()), closed: () => {} });
    await expect.poll(() => frames).toEqual(['first']);
    pipe.socket.send(Buffer.from('answer'));
    expect((await client.nextFrame()).toString()).toBe('answer');
    pipe.admit();
    client.ws.send(Buffer.alloc(40_000, 'x'));
    await expect.poll(() => frames[1]?.length).toBe(40_000);
  });

  it('is back by itself after the relay restarts, and pauses longer after each failure', async () => {
    const session = newSession();
    const clock = new ManualClock();
    const { link } = newLink(relay.endpoint, [session], { clock });
    link.start();
    await reached(link, 'online');
    await relay.stop();
    const waits: number[] = [];
    for (let i = 0; i < 8; i++) {
      const offline = await reached(link, 'offline');
      expect(offline.attempt).toBe(i + 1);
      const before = clock.now();
      while (link.state.get().state === 'offline') clock.advance(250);
      waits.push(clock.now() - before);
    }
    expect(waits).toEqual([250, 500, 1000, 2000, 4000, 8000, 15_000, 15_000]);
    await reached(link, 'offline');
    relay = await startRelay({ listen: [relay.endpoint] });
    clock.advance(15_000);
    await reached(link, 'online');
  });

  it('starts its back-off anew only after it has stayed online for a while', async () => {
    const clock = new ManualClock();
    const { link } = newLink(relay.endpoint, [newSession()], { clock });
    const attempts: number[] = [];
    link.start();
    for (const onlineFor of [0, 0, 40_000, 0]) {
      await reached(link, 'online');
      for (let passed = 0; passed < onlineFor; passed += 5000) {
        clock.advance(5000);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      await relay.stop();
      attempts.push((await reached(link, 'offline')).attempt);
      relay = await startRelay({ listen: [relay.endpoint] });
      link.retryNow();
    }
    expect(attempts).toEqual([1, 2, 1, 2]);
  });

  it('says what is wrong and how to mend it', async () => {
    const web = createServer((_request, response) => response.writeHead(200).end('a web page')).listen(0, '127.0.0.1');
    await once(web, 'listening');
    const webPort = (web.address() as AddressInfo).port;
    const named = await startRelay({ names: ['relay.example.com'] });
    const newer = await impostor((ws) => ws.send(JSON.stringify({ t: 'challenge', version: 2, salt: 'x' })));
    const babbling = await impostor((ws) => ws.send('hello'));
    const cases: [string, RegExp][] = [
      ['127.0.0.1:1', /Nothing listens at 127\.0\.0\.1:1\. Is the relay running/],
      ['relay.invalid:443', /relay\.invalid:443/],
      [`127.0.0.1:${webPort}`, /not a Paseo relay.*daemon\.relay\.endpoint/],
      [named.endpoint, new RegExp(`--name ${named.endpoint}`)],
      [newer.endpoint, /another version\. Update this daemon/],
      [babbling.endpoint, /Update the older/],
    ];
    for (const [endpoint, message] of cases) {
      const { link, lines } = newLink(endpoint, [newSession()]);
      link.start();
      expect((await reached(link, 'offline')).error).toMatch(message);
      expect(lines.at(-1)?.message).toMatch(message);
      await link.stop();
    }
    await Promise.all([named.stop(), newer.stop(), babbling.stop()]);
    web.close();
  });

  it('waits long, instead of fighting, for a session that another copy took', async () => {
    const session = newSession();
    const clock = new ManualClock();
    const { link } = newLink(relay.endpoint, [session], { clock, date: () => new Date(0) });
    link.start();
    await reached(link, 'online');
    const copy = await claimed(relay.endpoint, session);
    const offline = await reached(link, 'offline');
    expect(offline.error).toMatch(/home folder copied/);
    expect(Date.parse(offline.retryAt)).toBe(150_000);
    clock.advance(149_000);
    expect(link.state.get().state).toBe('offline');
    link.retryNow();
    await reached(link, 'online');
    expect(await copy.nextJson()).toMatchObject({ t: 'taken' });
  });

  it('gives up on a relay that accepts and then says nothing', async () => {
    const clock = new ManualClock();
    const silent = await impostor(() => {});
    const { link } = newLink(silent.endpoint, [newSession()], { clock });
    link.start();
    await once(silent.server, 'connection');
    await expect.poll(() => (clock.advance(5000), link.state.get().state)).toBe('offline');
    expect(link.state.get()).toMatchObject({ error: expect.stringMatching(/did not answer in time/) as string });
    await silent.stop();
  });

  it('notices within 60 s that the relay fell silent', async () => {
    const clock = new ManualClock();
    const session = newSession();
    const deaf = await impostor((ws) => {
      ws.send(JSON.stringify({ t: 'challenge', version: 1, challenge: toBase64url(new Uint8Array(32)) }));
      ws.once('message', () => {
        ws.send(JSON.stringify({ t: 'claimed', sessionId: session.sessionId }));
        ws.pause();
      });
    });
    const { link } = newLink(deaf.endpoint, [session], { clock });
    link.start();
    await reached(link, 'online');
    clock.advance(60_000);
    expect((await reached(link, 'offline')).error).toMatch(/stopped answering/);
    await deaf.stop();
  });
});
