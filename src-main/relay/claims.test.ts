import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../src-shared/manual-clock.ts';
import { RelayClose } from '../../src-shared/relay/envelopes.ts';
import { TestSocket, claimOf, claimed, join, joined, newSession, startRelay } from './relay-harness.ts';

let relay: Awaited<ReturnType<typeof startRelay>>;
let other: Awaited<ReturnType<typeof startRelay>>;

beforeEach(async () => {
  relay = await startRelay();
  other = await startRelay();
});
afterEach(async () => {
  await relay.stop();
  await other.stop();
});

/** A fresh control socket and its challenge. */
async function challenged(endpoint = relay.endpoint) {
  const control = await new TestSocket(endpoint, 'daemon').open();
  return { control, challenge: (await control.nextOf('challenge')).challenge };
}

async function claimWith(control: TestSocket, claim: unknown, relayName = relay.endpoint) {
  control.sendJson({ t: 'claim', version: 1, relayName, claims: [claim] });
  return control.nextJson();
}

describe('claiming a session', () => {
  it('takes a proof by the owner, under every name of a loopback address', async () => {
    const port = relay.endpoint.split(':')[1];
    for (const name of [relay.endpoint, `localhost:${port}`]) {
      const { control, challenge } = await challenged();
      const session = newSession();
      const answer = await claimWith(control, claimOf(session, name, challenge), name);
      expect(answer).toEqual({ t: 'claimed', sessionId: session.sessionId });
    }
  });

  it('uses a new challenge for every connection', async () => {
    const seen = await Promise.all([challenged(), challenged(), challenged()]);
    expect(new Set(seen.map(({ challenge }) => challenge)).size).toBe(3);
  });

  it.each([
    [
      'the public key of someone else',
      (own: Mine) => claimOf(own.mine, relay.endpoint, own.challenge, { publicKey: own.theirs.publicKey }),
    ],
    [
      'a signature by someone else',
      (own: Mine) => claimOf(own.mine, relay.endpoint, own.challenge, { secretKey: own.theirs.secretKey }),
    ],
    [
      'the session id of someone else',
      (own: Mine) => claimOf(own.mine, relay.endpoint, own.challenge, { sessionId: own.theirs.sessionId }),
    ],
    ['the challenge of another connection', (own: Mine) => claimOf(own.mine, relay.endpoint, own.oldChallenge)],
    ['a signature for another relay name', (own: Mine) => claimOf(own.mine, other.endpoint, own.challenge)],
    [
      'a token set that was not signed',
      (own: Mine) => ({ ...claimOf(own.mine, relay.endpoint, own.challenge), tokenHashes: ['0'.repeat(64)] }),
    ],
    [
      'an empty proof',
      (own: Mine) => ({ ...claimOf(own.mine, relay.endpoint, own.challenge), signature: 'A'.repeat(86) }),
    ],
  ])('refuses %s, and the real daemon stays', async (_name, makeClaim) => {
    const theirs = newSession();
    const real = await claimed(relay.endpoint, theirs);
    const old = await challenged();
    const { control, challenge } = await challenged();
    const claim = makeClaim({ mine: newSession(), theirs, challenge, oldChallenge: old.challenge });
    expect(await claimWith(control, claim)).toMatchObject({ t: 'refused', code: 'bad_proof' });
    expect((await control.closed).code).toBe(RelayClose.badRequest);
    await join(relay.endpoint, theirs);
    expect(await real.nextJson()).toMatchObject({ t: 'waiting', sessionId: theirs.sessionId });
  });

  it('refuses a proof that an impostor relay forwards', async () => {
    const session = newSession();
    const { control, challenge } = await challenged();
    // The daemon dialled the impostor, so its proof names the impostor.
    const claim = claimOf(session, other.endpoint, challenge);
    expect(await claimWith(control, claim, other.endpoint)).toMatchObject({ t: 'refused', code: 'wrong_name' });
    expect((await control.closed).code).toBe(RelayClose.badRequest);
  });

  it('goes by its given names alone', async () => {
    const named = await startRelay({ names: ['relay.example.com', 'other.example.com:8443'] });
    const port = named.endpoint.split(':')[1];
    const answers: string[] = [];
    const names = ['relay.example.com:443', `RELAY.example.com:${port}`, 'other.example.com:8443', named.endpoint];
    for (const name of [...names, 'relay.example.com:9999', 'other.example.com:443']) {
      const { control, challenge } = await challenged(named.endpoint);
      answers.push((await claimWith(control, claimOf(newSession(), name, challenge), name)).t);
    }
    expect(answers).toEqual(['claimed', 'claimed', 'claimed', 'refused', 'refused', 'refused']);
    await named.stop();
  });

  it('closes what is not a claim', async () => {
    for (const bad of ['no json', '[]', '{"t":"claim","version":1}', '{"t":"admit","pipe":"aaaaaaaaaaaaaaaa","x":1}']) {
      const { control } = await challenged();
      control.ws.send(bad);
      expect((await control.closed).code).toBe(RelayClose.badRequest);
    }
    const { control } = await challenged();
    control.ws.send(Buffer.from('{}'));
    expect((await control.closed).code).toBe(RelayClose.badRequest);
  });

  it('tells a daemon of another version which version it speaks', async () => {
    const { control } = await challenged();
    control.sendJson({ t: 'claim', version: 2, somethingNew: true });
    expect(await control.closed).toEqual({ code: RelayClose.version, reason: '1' });
  });
});

interface Mine {
  mine: ReturnType<typeof newSession>;
  theirs: ReturnType<typeof newSession>;
  challenge: string;
  oldChallenge: string;
}

describe('taking over', () => {
  it('lets the newest proven owner win, tells the one before, and ends its pipes', async () => {
    const session = newSession();
    const before = await claimed(relay.endpoint, session);
    const pipe = await joined(relay.endpoint, session, before);
    const after = await claimed(relay.endpoint, session);
    expect(await before.nextJson()).toEqual({ t: 'taken', sessionId: session.sessionId });
    expect((await pipe.client.closed).code).toBe(RelayClose.peerGone);
    await join(relay.endpoint, session);
    expect((await after.nextJson()).t).toBe('waiting');
    expect((await before.closed).code).toBe(RelayClose.goingAway);
  });

  it('does not wait for an owner that is half open', async () => {
    const session = newSession();
    const frozen = await claimed(relay.endpoint, session);
    frozen.ws.pause();
    const started = performance.now();
    await claimed(relay.endpoint, session);
    expect(performance.now() - started).toBeLessThan(2000);
    frozen.ws.terminate();
  });

  it('is limited to six a minute, and the last owner stays', async () => {
    const clock = new ManualClock();
    const limited = await startRelay({ clock });
    const session = newSession();
    let owner = await claimed(limited.endpoint, session);
    for (let i = 0; i < 6; i++) owner = await claimed(limited.endpoint, session);
    const { control, challenge } = await challenged(limited.endpoint);
    const claim = claimOf(session, limited.endpoint, challenge);
    expect(await claimWith(control, claim, limited.endpoint)).toMatchObject({ t: 'refused', code: 'take_over_limit' });
    await join(limited.endpoint, session);
    expect((await owner.nextJson()).t).toBe('waiting');
    clock.advance(61_000);
    await claimed(limited.endpoint, session);
    await limited.stop();
  });

  it('keeps open pipes when only the control socket broke and comes back', async () => {
    const session = newSession();
    const control = await claimed(relay.endpoint, session);
    const { client, data } = await joined(relay.endpoint, session, control);
    control.ws.terminate();
    await control.closed;
    await claimed(relay.endpoint, session);
    client.ws.send(Buffer.from('still here'));
    expect((await data.nextFrame()).toString()).toBe('still here');
  });
});

describe('a daemon at the relay', () => {
  it('that claims nothing in time is closed', async () => {
    const clock = new ManualClock();
    const timed = await startRelay({ clock });
    const control = await new TestSocket(timed.endpoint, 'daemon').open();
    await control.nextOf('challenge');
    clock.advance(10_000);
    expect((await control.closed).code).toBe(RelayClose.timeout);
    await timed.stop();
  });

  it('that falls silent is gone within 60 s', async () => {
    const clock = new ManualClock();
    const timed = await startRelay({ clock });
    const session = newSession();
    const control = await claimed(timed.endpoint, session);
    control.ws.pause();
    clock.advance(60_000);
    control.ws.resume();
    expect((await control.closed).code).toBe(1006);
    const client = await join(timed.endpoint, session);
    await expect.poll(() => (clock.advance(100), client.ws.readyState)).toBe(client.ws.CLOSED);
    expect((await client.closed).code).toBe(RelayClose.notAvailable);
    await timed.stop();
  });
});
