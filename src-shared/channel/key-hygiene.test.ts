import { Session } from 'node:inspector';
import type { Runtime } from 'node:inspector';
import { describe, expect, it } from 'vitest';
import { createNodeProvider } from '../../src-main/platform/node-crypto.ts';
import { toHex } from '../bytes.ts';
import type { CryptoProvider } from '../crypto/crypto-provider.ts';
import { createNobleProvider } from '../crypto/noble-provider.ts';
import { ChannelFixture } from './channel-fixture.ts';
import { initiateHandshake } from './initiator-handshake.ts';
import { memorySocketPair } from './memory-frame-socket.ts';
import { respondHandshake } from './responder-handshake.ts';

/** Passes everything on and keeps hold of every secret that goes by. */
function watched(provider: CryptoProvider) {
  const secrets: Uint8Array[] = [];
  const cipherKeys: string[] = [];
  const keep = (secret: Uint8Array) => (secrets.push(secret), secret);
  const spy: CryptoProvider = {
    ...provider,
    generateKeyPair: () => {
      const pair = provider.generateKeyPair();
      keep(pair.secretKey);
      return pair;
    },
    dh: (...keys) => keep(provider.dh(...keys)),
    hmac: (...input) => keep(provider.hmac(...input)),
    aead: (key) => {
      cipherKeys.push(toHex(key));
      return provider.aead(key);
    },
  };
  const left = () => secrets.filter((secret) => secret.some((byte) => byte !== 0));
  return { spy, secrets, cipherKeys, left };
}

/** Missing from Node's types. */
interface PrivateProperties {
  readonly privateProperties?: Runtime.PropertyDescriptor[];
}

/** Hex of every byte array that hangs on an object, private fields included, as a debugger sees them. */
function bytesReachableFrom(root: object): string[] {
  const session = new Session();
  session.connect();
  const found: string[] = [];
  const seen = new Set<object>();
  const slot = globalThis as unknown as { inspected?: unknown };
  const visit = (value: object): void => {
    if (seen.has(value)) return;
    seen.add(value);
    if (value instanceof Uint8Array) return void found.push(toHex(value));
    slot.inspected = value;
    let children: Runtime.PropertyDescriptor[] = [];
    session.post('Runtime.evaluate', { expression: 'inspected' }, (_, { result }) =>
      session.post(
        'Runtime.getProperties',
        { objectId: result.objectId!, ownProperties: true },
        (_unused, properties) => {
          children = [...properties.result, ...((properties as PrivateProperties).privateProperties ?? [])];
        },
      ),
    );
    for (const { value: child } of children) {
      if (!child?.objectId || child.type === 'function') continue;
      let target: unknown;
      session.post(
        'Runtime.callFunctionOn',
        { objectId: child.objectId, functionDeclaration: 'function () { globalThis.inspected = this; }' },
        () => (target = slot.inspected),
      );
      if (typeof target === 'object' && target !== null) visit(target);
    }
  };
  visit(root);
  session.disconnect();
  delete slot.inspected;
  return found;
}

describe.each([createNodeProvider(), createNobleProvider()])('keys on $name', (provider) => {
  it('of a handshake are overwritten when it is done', async () => {
    const { spy, secrets, left } = watched(provider);
    const { client } = await new ChannelFixture(spy).connect();
    // The fixture's two long-lived keys stay; ephemeral keys, shared secrets and everything HKDF made do not.
    expect(secrets.length).toBeGreaterThan(50);
    expect(left()).toHaveLength(2);
    await client.close('fin');
  });

  it.each(['pair', 'device'] as const)('of a handshake of mode %s are overwritten when it fails', async (mode) => {
    const { spy, left } = watched(provider);
    const fixture = new ChannelFixture(spy);
    const [near, far] = memorySocketPair();
    const outcomes = await Promise.allSettled([
      initiateHandshake(fixture.initiator(near, { mode, psk: new Uint8Array(32) })),
      respondHandshake(fixture.responder(far)),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(left()).toHaveLength(2);
  });

  it('of a channel hang on it while it is open, and on nothing of it once it is closed', async () => {
    const { spy, cipherKeys } = watched(provider);
    const { client, daemon } = await new ChannelFixture(spy).connect();
    client.send('x'.repeat(5000));
    const keysOn = (channel: object) => bytesReachableFrom(channel).filter((bytes) => cipherKeys.includes(bytes));
    expect([keysOn(client).length, keysOn(daemon).length]).toEqual([2, 2]);
    await client.close('fin');
    await daemon.closed;
    expect([keysOn(client), keysOn(daemon)]).toEqual([[], []]);
  });
});
