import type { CryptoProvider, KeyPair } from '../../src-shared/crypto/crypto-provider.ts';
import type { CipherState } from '../../src-shared/noise/cipher-state.ts';
import { HandshakeState } from '../../src-shared/noise/handshake-state.ts';
import type { TransportState } from '../../src-shared/noise/handshake-state.ts';
import { parseProtocolName } from '../../src-shared/noise/patterns.ts';
import type { HandshakePattern } from '../../src-shared/noise/patterns.ts';
import { expectEqual, expectRefused, outcome } from './vector-checks.ts';
import type { VectorOutcome } from './vector-checks.ts';
import { runExtraVectors } from './vector-extras.ts';
import type { NoiseVector, VectorFile } from './vector-file.ts';

/** Runs every vector of a file on one back-end: all bytes must be equal and every forged tag refused. Never throws. */
export function runVectors(provider: CryptoProvider, file: VectorFile): VectorOutcome[] {
  if (file.kind === 'extra') return runExtraVectors(provider, file.vectors);
  return file.vectors.map((vector, index) => {
    const name = `#${index} ${protocolName(vector)}`;
    return outcome(name, () => runNoiseVector(provider, vector));
  });
}

function runNoiseVector(provider: CryptoProvider, vector: NoiseVector): void {
  const pattern = parseProtocolName(protocolName(vector));
  const handshakes = Math.min(pattern.messages.length, vector.messages.length);
  for (let index = 0; index < handshakes; index++)
    if (isAuthenticated(pattern, index)) expectForgedHandshakeRefused(provider, vector, index);

  const finished = runHandshake(provider, vector, handshakes);
  if (!finished) throw new Error('the vector ends before the handshake does');
  expectEqual('handshake hashes', finished.initiator.handshakeHash, finished.responder.handshakeHash);
  if (vector.handshake_hash) expectEqual('handshake hash', finished.initiator.handshakeHash, vector.handshake_hash);
  for (const [index, message] of vector.messages.entries()) {
    if (index < handshakes) continue;
    const fromInitiator = pattern.oneWay || index % 2 === 0;
    const send = fromInitiator ? finished.initiator.send : finished.responder.send;
    const receive = fromInitiator ? finished.responder.receive : finished.initiator.receive;
    runTransportMessage(index, message, send, receive);
  }
}

/** Plays the first `count` handshake messages, comparing each; gives both transports when the last one is among them. */
function runHandshake(provider: CryptoProvider, vector: NoiseVector, count: number) {
  const { initiator, responder } = createParties(provider, vector);
  let transports: { initiator: TransportState; responder: TransportState } | null = null;
  for (let index = 0; index < count; index++) {
    const [writer, reader] = index % 2 === 0 ? [initiator, responder] : [responder, initiator];
    const { payload, ciphertext } = vector.messages[index]!;
    const written = writer.writeMessage(payload);
    expectEqual(`message ${index}`, written.message, ciphertext);
    const read = reader.readMessage(ciphertext);
    expectEqual(`payload ${index}`, read.payload, payload);
    if (written.transport && read.transport)
      transports =
        writer === initiator
          ? { initiator: written.transport, responder: read.transport }
          : { initiator: read.transport, responder: written.transport };
  }
  return transports;
}

function expectForgedHandshakeRefused(provider: CryptoProvider, vector: NoiseVector, forged: number): void {
  const { initiator, responder } = createParties(provider, vector);
  for (let index = 0; index <= forged; index++) {
    const [writer, reader] = index % 2 === 0 ? [initiator, responder] : [responder, initiator];
    const { message } = writer.writeMessage(vector.messages[index]!.payload);
    if (index < forged) reader.readMessage(message);
    else
      expectRefused(`forged tag of message ${index}`, 'bad_message', () => reader.readMessage(withForgedTag(message)));
  }
}

function runTransportMessage(
  index: number,
  { payload, ciphertext }: NoiseVector['messages'][number],
  send: CipherState,
  receive: CipherState,
): void {
  const noData = new Uint8Array(0);
  expectEqual(`message ${index}`, send.encrypt(noData, payload), ciphertext);
  expectRefused(`forged tag of message ${index}`, 'bad_tag', () => receive.decrypt(noData, withForgedTag(ciphertext)));
  expectEqual(`payload ${index}`, receive.decrypt(noData, ciphertext), payload);
}

function createParties(provider: CryptoProvider, vector: NoiseVector) {
  const pair = (secretKey: Uint8Array | undefined): KeyPair | undefined =>
    secretKey && { secretKey: secretKey.slice(), publicKey: provider.publicKey(secretKey) };
  const initiatorStatic = pair(vector.init_static);
  const responderStatic = pair(vector.resp_static);
  const common = { provider, protocolName: protocolName(vector) };
  const initiator = new HandshakeState({
    ...common,
    initiator: true,
    prologue: vector.init_prologue ?? new Uint8Array(0),
    staticKeyPair: initiatorStatic,
    remoteStatic: vector.init_remote_static ?? responderStatic?.publicKey,
    psks: vector.init_psks ?? [],
    ephemeral: pair(vector.init_ephemeral),
  });
  const responder = new HandshakeState({
    ...common,
    initiator: false,
    prologue: vector.resp_prologue ?? new Uint8Array(0),
    staticKeyPair: responderStatic,
    remoteStatic: vector.resp_remote_static ?? initiatorStatic?.publicKey,
    psks: vector.resp_psks ?? [],
    ephemeral: pair(vector.resp_ephemeral),
  });
  return { initiator, responder };
}

/** Whether the payload of this handshake message carries a tag: a key was mixed in before it (Noise §5.3). */
function isAuthenticated(pattern: HandshakePattern, index: number): boolean {
  const tokens = pattern.messages.slice(0, index + 1).flat();
  return tokens.some((token) => token.length > 1 || (token === 'e' && pattern.pskCount > 0));
}

function withForgedTag(message: Uint8Array): Uint8Array {
  const forged = message.slice();
  forged[forged.length - 1]! ^= 1;
  return forged;
}

function protocolName(vector: NoiseVector): string {
  return vector.protocol_name ?? vector.name ?? '';
}
