import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toBase64url } from '../../src-shared/bytes.ts';
import { ManualClock } from '../../src-shared/manual-clock.ts';
import { RelayClose } from '../../src-shared/relay/envelopes.ts';
import { TestSocket, claimed, hashesOf, join, joined, newSession, openData, startRelay } from './relay-harness.ts';

let relay: Awaited<ReturnType<typeof startRelay>>;

beforeEach(async () => {
  relay = await startRelay();
});
afterEach(() => relay.stop());

describe('joining', () => {
  it('announces the client to the daemon and joins it with the data socket of the ticket', async () => {
    const session = newSession(3);
    const control = await claimed(relay.endpoint, session);
    const client = await join(relay.endpoint, session, session.tokens[1]);
    client.ws.send(Buffer.from('sent while waiting'));
    const waiting = await control.nextOf('waiting');
    expect(waiting).toMatchObject({ sessionId: session.sessionId, tokenHash: hashesOf(session)[1] });
    const data = await openData(relay.endpoint, waiting.ticket);
    expect((await data.nextFrame()).toString()).toBe('sent while waiting');
    data.ws.send(Buffer.from('answer'));
    expect((await client.nextFrame()).toString()).toBe('answer');
  });

  it('takes frames that come in the same read as the join', async () => {
    const session = newSession();
    const control = await claimed(relay.endpoint, session);
    const client = await new TestSocket(relay.endpoint, 'client').open();
    const join = { t: 'join', version: 1, sessionId: session.sessionId, token: session.tokens[0] };
    client.sendJson(join);
    for (let i = 0; i < 20; i++) client.ws.send(Buffer.of(i));
    const data = await openData(relay.endpoint, (await control.nextOf('waiting')).ticket);
    for (let i = 0; i < 20; i++) expect(await data.nextFrame()).toEqual(Buffer.of(i));
  });

  it('answers a wrong token, a token of another session, an unknown session and an absent daemon alike', async () => {
    const [present, absent, unknown] = [newSession(), newSession(), newSession()];
    await claimed(relay.endpoint, present);
    const gone = await claimed(relay.endpoint, absent);
    gone.ws.terminate();
    await gone.closed;
    const cases: [ReturnType<typeof newSession>, string | undefined][] = [
      [present, toBase64url(randomBytes(32))],
      [present, unknown.tokens[0]],
      [unknown, unknown.tokens[0]],
      [absent, absent.tokens[0]],
    ];
    const answers = await Promise.all(
      cases.map(async ([session, token]) => {
        const client = await new TestSocket(relay.endpoint, 'client').open();
        const started = performance.now();
        client.sendJson({ t: 'join', version: 1, sessionId: session.sessionId, token });
        const { code, reason } = await client.closed;
        return { code, reason, inTime: performance.now() - started >= 95 };
      }),
    );
    const same = { code: RelayClose.notAvailable, reason: '', inTime: true };
    expect(answers).toEqual([same, same, same, same]);
  });

  it('turns away a token that was taken back, and ends its pipes alone', async () => {
    const session = newSession(2);
    const control = await claimed(relay.endpoint, session);
    const first = await joined(relay.endpoint, session, control);
    const keeper = await join(relay.endpoint, session, session.tokens[1]);
    const keeperData = await openData(relay.endpoint, (await control.nextOf('waiting')).ticket);
    control.sendJson({ t: 'tokens', sessionId: session.sessionId, tokenHashes: [hashesOf(session)[1]] });
    expect((await first.client.closed).code).toBe(RelayClose.notAvailable);
    expect((await first.data.closed).code).toBe(RelayClose.notAvailable);
    expect((await (await join(relay.endpoint, session)).closed).code).toBe(RelayClose.notAvailable);
    keeper.ws.send(Buffer.from('kept'));
    expect((await keeperData.nextFrame()).toString()).toBe('kept');
  });

  it('does not let one daemon set the tokens or admit the clients of another', async () => {
    const [mine, theirs] = [newSession(), newSession()];
    const control = await claimed(relay.endpoint, mine);
    const attacker = await claimed(relay.endpoint, theirs);
    attacker.sendJson({ t: 'tokens', sessionId: mine.sessionId, tokenHashes: [] });
    const { client, data, waiting } = await joined(relay.endpoint, mine, control, false);
    attacker.sendJson({ t: 'admit', pipe: waiting.pipe });
    // Answered in order, so the admission was seen before: this claim of a second session comes after it.
    await join(relay.endpoint, theirs);
    await attacker.nextOf('waiting');
    for (let i = 0; i < 5; i++) client.ws.send(Buffer.alloc(4000, i));
    for (let i = 0; i < 4; i++) expect((await data.nextFrame())[0]).toBe(i);
    control.sendJson({ t: 'admit', pipe: waiting.pipe });
    expect((await data.nextFrame())[0]).toBe(4);
  });

  it.each([
    ['no text', (socket: TestSocket) => socket.ws.send(Buffer.from('{}'))],
    ['no JSON', (socket: TestSocket) => socket.ws.send('hello')],
    [
      'unknown keys',
      (socket: TestSocket) =>
        socket.sendJson({ t: 'join', version: 1, sessionId: 'a'.repeat(32), token: 'A'.repeat(43), x: 1 }),
    ],
    ['more than 8 KiB', (socket: TestSocket) => socket.ws.send(' '.repeat(8193))],
  ])('closes a first message with %s', async (_name, send) => {
    const client = await new TestSocket(relay.endpoint, 'client').open();
    send(client);
    expect((await client.closed).code).toBe(RelayClose.badRequest);
  });
});

describe('a ticket', () => {
  it('is good once, and a made-up one never', async () => {
    const session = newSession();
    const control = await claimed(relay.endpoint, session);
    await join(relay.endpoint, session);
    const { ticket } = await control.nextOf('waiting');
    await openData(relay.endpoint, ticket);
    const again = await openData(relay.endpoint, ticket);
    expect((await again.closed).code).toBe(RelayClose.notAvailable);
    const invented = await openData(relay.endpoint, toBase64url(randomBytes(32)));
    expect((await invented.closed).code).toBe(RelayClose.notAvailable);
  });

  it('runs out after 10 s, with the client’s wait', async () => {
    const clock = new ManualClock();
    const timed = await startRelay({ clock });
    const session = newSession();
    const control = await claimed(timed.endpoint, session);
    const client = await join(timed.endpoint, session);
    const { ticket } = await control.nextOf('waiting');
    clock.advance(10_000);
    expect((await client.closed).code).toBe(RelayClose.notAvailable);
    const late = await openData(timed.endpoint, ticket);
    await expect.poll(() => (clock.advance(100), late.ws.readyState)).toBe(late.ws.CLOSED);
    expect((await late.closed).code).toBe(RelayClose.notAvailable);
    await timed.stop();
  });
});

describe('a client that is not admitted', () => {
  it('gets 16 KiB through and no more, loses nothing when it is admitted', async () => {
    const session = newSession();
    const control = await claimed(relay.endpoint, session);
    const { client, data, waiting } = await joined(relay.endpoint, session, control, false);
    for (let i = 0; i < 40; i++) client.ws.send(Buffer.alloc(4096, i));
    for (let i = 0; i < 4; i++) expect((await data.nextFrame())[0]).toBe(i);
    // The relay has answered this ping after everything it read before.
    data.ws.ping();
    await new Promise((resolve) => data.ws.once('pong', resolve));
    control.sendJson({ t: 'admit', pipe: waiting.pipe });
    for (let i = 4; i < 40; i++) expect((await data.nextFrame())[0]).toBe(i);
  });

  it('is closed after 10 s', async () => {
    const clock = new ManualClock();
    const timed = await startRelay({ clock });
    const session = newSession();
    const control = await claimed(timed.endpoint, session);
    const { client, data } = await joined(timed.endpoint, session, control, false);
    clock.advance(10_000);
    expect((await client.closed).code).toBe(RelayClose.timeout);
    expect((await data.closed).code).toBe(RelayClose.timeout);
    await timed.stop();
  });

  it('shares 2 places per token and 8 per session', async () => {
    const session = newSession(5);
    await claimed(relay.endpoint, session);
    const clients: TestSocket[] = [];
    for (const token of session.tokens.slice(0, 4))
      for (let i = 0; i < 2; i++) clients.push(await join(relay.endpoint, session, token));
    for (const token of [session.tokens[0], session.tokens[4]]) {
      const refused = await join(relay.endpoint, session, token);
      expect((await refused.closed).code).toBe(RelayClose.tooMany);
    }
    expect(clients.every((client) => client.ws.readyState === client.ws.OPEN)).toBe(true);
    const [leaving] = clients;
    leaving?.ws.close();
    await leaving?.closed;
    const next = await join(relay.endpoint, session);
    next.ws.ping();
    await new Promise((resolve) => next.ws.once('pong', resolve));
  });

  it('cannot keep out a phone at another address with a stolen link', async () => {
    const proxied = await startRelay({ trustForwardedFor: true });
    const session = newSession();
    const control = await claimed(proxied.endpoint, session);
    const from = async (address: string): Promise<TestSocket> => {
      const client = await new TestSocket(proxied.endpoint, 'client', { 'x-forwarded-for': address }).open();
      client.sendJson({ t: 'join', version: 1, sessionId: session.sessionId, token: session.tokens[0] });
      return client;
    };
    const thief = await from('203.0.113.7');
    await control.nextOf('waiting');
    await from('203.0.113.7');
    await control.nextOf('waiting');
    await from('198.51.100.20');
    await control.nextOf('waiting');
    expect((await thief.closed).code).toBe(RelayClose.tooMany);
    expect((await (await from('203.0.113.7')).closed).code).toBe(RelayClose.tooMany);
    await proxied.stop();
  });

  it('has no part in the 32 that may be open', async () => {
    const session = newSession();
    const control = await claimed(relay.endpoint, session);
    for (let i = 0; i < 32; i++) {
      const { client, data } = await joined(relay.endpoint, session, control);
      client.ws.send(Buffer.alloc(16_385));
      await data.nextFrame();
    }
    expect((await (await join(relay.endpoint, session)).closed).code).toBe(RelayClose.tooMany);
  });
});
