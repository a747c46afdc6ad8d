import { describe, expect, it } from 'vitest';
import { createNodeProvider } from '../../src-main/platform/node-crypto.ts';
import { fromUtf8, utf8 } from '../bytes.ts';
import type { KeyPair } from '../crypto/crypto-provider.ts';
import { HandshakeState } from './handshake-state.ts';

const provider = createNodeProvider();
const EMPTY = new Uint8Array(0);
const device = provider.generateKeyPair();
const daemon = provider.generateKeyPair();
const psk = provider.random(32);

/** One side with every key that is ever stored, and an ephemeral key of its own or the given one. */
function side(initiator: boolean, ephemeral?: KeyPair): HandshakeState {
  const protocolName = 'Noise_XKpsk3_25519_AESGCM_SHA256';
  const keys = initiator ? { staticKeyPair: device, remoteStatic: daemon.publicKey } : { staticKeyPair: daemon };
  return new HandshakeState({
    provider,
    protocolName,
    initiator,
    prologue: utf8('p'),
    psks: [psk],
    ephemeral,
    ...keys,
  });
}

/** A session as the relay saw it: three handshake messages and one that follows. */
function recordedSession(daemonEphemeral: KeyPair) {
  const client = side(true);
  const responder = side(false, copyOf(daemonEphemeral));
  const first = client.writeMessage(EMPTY).message;
  responder.readMessage(first);
  const second = responder.writeMessage(EMPTY).message;
  client.readMessage(second);
  const { message: third, transport } = client.writeMessage(utf8('hello-canary'));
  const sealed = transport?.send.encrypt(EMPTY, utf8('prompt-canary'));
  if (sealed === undefined) throw new Error('the handshake is not done');
  return { first, second, third, sealed };
}

function copyOf({ publicKey, secretKey }: KeyPair): KeyPair {
  return { publicKey: publicKey.slice(), secretKey: secretKey.slice() };
}

describe('a recorded session', () => {
  it('stays sealed for whoever later gets every stored key of both sides', () => {
    const session = recordedSession(provider.generateKeyPair());
    const asDaemon = side(false);
    asDaemon.readMessage(session.first);
    asDaemon.writeMessage(EMPTY);
    expect(() => asDaemon.readMessage(session.third)).toThrow();
    const asDevice = side(true);
    asDevice.writeMessage(EMPTY);
    expect(() => asDevice.readMessage(session.second)).toThrow();
  });

  it('would open with the ephemeral key, which is why that is wiped (and this test could fail)', () => {
    const ephemeral = provider.generateKeyPair();
    const session = recordedSession(ephemeral);
    const asDaemon = side(false, copyOf(ephemeral));
    asDaemon.readMessage(session.first);
    asDaemon.writeMessage(EMPTY);
    const { payload, transport } = asDaemon.readMessage(session.third);
    expect(fromUtf8(payload)).toBe('hello-canary');
    expect(fromUtf8(transport?.receive.decrypt(EMPTY, session.sealed) ?? EMPTY)).toBe('prompt-canary');
  });
});
