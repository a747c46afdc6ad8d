import { describe, expect, it } from 'vitest';
import { createNodeProvider } from '../../src-main/platform/node-crypto.ts';
import { toHex, utf8 } from '../bytes.ts';
import type { KeyPair } from '../crypto/crypto-provider.ts';
import { HandshakeState } from './handshake-state.ts';
import type { HandshakeOptions } from './handshake-state.ts';
import { parseProtocolName } from './patterns.ts';

const provider = createNodeProvider();
const EMPTY = new Uint8Array(0);
const PSKS = ['', 'psk0', 'psk1', 'psk2', 'psk3', 'psk0+psk1', 'psk0+psk2', 'psk0+psk1+psk2+psk3'];
const PATTERNS = ['N', 'K', 'X', 'NN', 'NK', 'NX', 'KN', 'KK', 'KX', 'XN', 'IN', 'XK', 'IK', 'XX', 'IX'];
const everyProtocol = PATTERNS.flatMap((pattern) =>
  PSKS.map((psk) => `Noise_${pattern}${psk}_25519_AESGCM_SHA256`),
).filter((name) => {
  try {
    return parseProtocolName(name);
  } catch {
    return false;
  }
});

type Changes = Partial<HandshakeOptions>;

function parties(protocolName: string, forInitiator: Changes = {}, forResponder: Changes = {}) {
  const statics = [provider.generateKeyPair(), provider.generateKeyPair()] as const;
  const psks = Array.from({ length: parseProtocolName(protocolName).pskCount }, (_, i) =>
    new Uint8Array(32).fill(i + 1),
  );
  const common = { provider, protocolName, prologue: utf8('prologue'), psks };
  const side = (own: KeyPair, other: KeyPair, initiator: boolean, changes: Changes) =>
    new HandshakeState({ ...common, initiator, staticKeyPair: own, remoteStatic: other.publicKey, ...changes });
  return [side(statics[0], statics[1], true, forInitiator), side(statics[1], statics[0], false, forResponder)] as const;
}

function finish([initiator, responder]: readonly [HandshakeState, HandshakeState]) {
  for (let turn = 0; ; turn++) {
    const [writer, reader] = turn % 2 === 0 ? [initiator, responder] : [responder, initiator];
    const written = writer.writeMessage(utf8(`payload ${turn}`));
    const read = reader.readMessage(written.message);
    expect(toHex(read.payload)).toBe(toHex(utf8(`payload ${turn}`)));
    if (written.transport && read.transport) return { writer: written.transport, reader: read.transport };
  }
}

describe('every pattern with every modifier that fits', () => {
  it('is 15 fundamental patterns', () => {
    expect(everyProtocol.filter((name) => !name.includes('psk'))).toHaveLength(15);
  });

  it.each(everyProtocol)('%s finishes with equal hashes and ciphers that fit', (protocolName) => {
    const { writer, reader } = finish(parties(protocolName));
    expect(toHex(writer.handshakeHash)).toBe(toHex(reader.handshakeHash));
    for (const [from, to] of [
      [writer, reader],
      [reader, writer],
    ] as const)
      expect(to.receive.decrypt(EMPTY, from.send.encrypt(EMPTY, utf8('hi')))).toHaveLength(2);
    // A message that comes back to its sender does not verify.
    const own = writer.send.encrypt(EMPTY, utf8('hi'));
    expect(() => writer.receive.decrypt(EMPTY, own)).toThrow(expect.objectContaining({ code: 'bad_tag' }));
  });

  it.each([
    'Noise_XK_25519_AESGCM_SHA512',
    'Noise_XXfallback_25519_AESGCM_SHA256',
    'Noise_NNpsk3_25519_AESGCM_SHA256',
    'Noise_NNpsk0+psk0_25519_AESGCM_SHA256',
    'Noise_ZZ_25519_AESGCM_SHA256',
    'Noise_XKpsk3_25519_ChaChaPoly_SHA256',
    'Npsk0',
    '',
  ])('%s is not supported', (name) => {
    expect(() => parseProtocolName(name)).toThrow(expect.objectContaining({ code: 'unsupported_protocol' }));
  });
});

describe('a handshake between sides that differ', () => {
  const XK = 'Noise_XKpsk3_25519_AESGCM_SHA256';
  const failsAt = (forInitiator: Changes, forResponder: Changes = {}): number => {
    const [initiator, responder] = parties(XK, forInitiator, forResponder);
    for (let turn = 0; turn < 3; turn++) {
      const [writer, reader] = turn % 2 === 0 ? [initiator, responder] : [responder, initiator];
      const { message } = writer.writeMessage(EMPTY);
      try {
        reader.readMessage(message);
      } catch (error) {
        expect(error).toMatchObject({ name: 'HandshakeError', code: 'bad_message' });
        return turn + 1;
      }
    }
    return 0;
  };

  it('fails at message 1 with a wrong prologue or a wrong responder key, at message 3 with a wrong PSK', () => {
    expect(failsAt({})).toBe(0);
    expect(failsAt({ prologue: utf8('another') })).toBe(1);
    expect(failsAt({ remoteStatic: provider.generateKeyPair().publicKey })).toBe(1);
    expect(failsAt({ psks: [new Uint8Array(32).fill(9)] })).toBe(3);
  });

  it('is told the static key of message 3 before it must say the PSK', () => {
    const device = provider.generateKeyPair();
    const asked: (Uint8Array | null)[] = [];
    const psk = (remoteStatic: Uint8Array | null) => {
      asked.push(remoteStatic);
      return new Uint8Array(32).fill(1);
    };
    expect(failsAt({ staticKeyPair: device }, { psks: [psk], remoteStatic: undefined })).toBe(0);
    expect(asked.map((key) => key && toHex(key))).toEqual([toHex(device.publicKey)]);
  });

  it('fails for a low-order static key exactly as for a wrong tag', () => {
    const errors: unknown[] = [];
    const zero = { secretKey: provider.random(32), publicKey: new Uint8Array(32) };
    for (const changes of [{ staticKeyPair: zero }, { psks: [new Uint8Array(32).fill(9)] }]) {
      const [initiator, responder] = parties(XK, changes);
      responder.readMessage(initiator.writeMessage(EMPTY).message);
      initiator.readMessage(responder.writeMessage(EMPTY).message);
      const { message } = initiator.writeMessage(EMPTY);
      try {
        responder.readMessage(message);
      } catch (error) {
        errors.push(error);
      }
    }
    expect(errors).toHaveLength(2);
    expect(errors[0]).toEqual(errors[1]);
  });
});

describe('a handshake object', () => {
  const XX = 'Noise_XX_25519_AESGCM_SHA256';
  const outOfTurn = expect.objectContaining({ code: 'out_of_turn' });

  it('refuses to write or read out of turn', () => {
    const [initiator, responder] = parties(XX);
    expect(() => initiator.readMessage(new Uint8Array(48))).toThrow(outOfTurn);
    expect(() => responder.writeMessage(EMPTY)).toThrow(outOfTurn);
  });

  it('is over after its last message and after its first failure, with its ephemeral key wiped', () => {
    for (const fails of [false, true]) {
      const ephemeral = provider.generateKeyPair();
      const [initiator, responder] = parties(XX, { ephemeral });
      responder.readMessage(initiator.writeMessage(EMPTY).message);
      const { message } = responder.writeMessage(EMPTY);
      expect(ephemeral.secretKey.some((byte) => byte !== 0)).toBe(true);
      if (fails)
        expect(() => initiator.readMessage(message.subarray(1))).toThrow(
          expect.objectContaining({ code: 'bad_message' }),
        );
      else {
        initiator.readMessage(message);
        responder.readMessage(initiator.writeMessage(EMPTY).message);
      }
      expect(ephemeral.secretKey.every((byte) => byte === 0)).toBe(true);
      expect(() => initiator.writeMessage(EMPTY)).toThrow(outOfTurn);
      expect(() => initiator.readMessage(message)).toThrow(outOfTurn);
    }
  });

  it('refuses messages above 65,535 bytes both ways', () => {
    const [initiator, responder] = parties('Noise_NN_25519_AESGCM_SHA256');
    expect(() => responder.readMessage(new Uint8Array(65_536))).toThrow(
      expect.objectContaining({ code: 'bad_message' }),
    );
    expect(() => initiator.writeMessage(new Uint8Array(65_504))).toThrow(
      expect.objectContaining({ code: 'message_too_long' }),
    );
  });

  it('says which keys its pattern needs', () => {
    const missing = expect.objectContaining({ code: 'missing_key' });
    expect(() => parties('Noise_NK_25519_AESGCM_SHA256', { remoteStatic: undefined })).toThrow(missing);
    expect(() => parties('Noise_KN_25519_AESGCM_SHA256', { staticKeyPair: undefined })).toThrow(missing);
    expect(() => parties('Noise_NNpsk0_25519_AESGCM_SHA256', { psks: [] })).toThrow(missing);
    const [initiator] = parties('Noise_NNpsk0_25519_AESGCM_SHA256', { psks: [new Uint8Array(31)] });
    expect(() => initiator.writeMessage(EMPTY)).toThrow(missing);
  });

  it('fails when random numbers fail', () => {
    const broken = {
      ...provider,
      generateKeyPair: () => {
        throw new Error('no entropy');
      },
    };
    const [initiator] = parties(XX, { provider: broken });
    expect(() => initiator.writeMessage(EMPTY)).toThrow('no entropy');
    expect(() => initiator.writeMessage(EMPTY)).toThrow(outOfTurn);
  });
});
