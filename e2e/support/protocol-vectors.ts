import { fromBase32, toBase64url, toHex } from '../../src-shared/bytes.ts';
import type { InitiatorInput } from '../../src-shared/channel/handshake.ts';
import { initiateHandshake } from '../../src-shared/channel/initiator-handshake.ts';
import { MemoryFrameSocket } from '../../src-shared/channel/memory-frame-socket.ts';
import { prologue } from '../../src-shared/channel/prologue.ts';
import { respondHandshake } from '../../src-shared/channel/responder-handshake.ts';
import { daemonFingerprint } from '../../src-shared/client/known-daemon.ts';
import type { CryptoProvider, KeyPair } from '../../src-shared/crypto/crypto-provider.ts';
import { offerId, offerJoinToken, offerPsk, sasDigits } from '../../src-shared/crypto/derive.ts';
import { ManualClock } from '../../src-shared/manual-clock.ts';
import { claimMessage, sessionIdOf, tokenHash } from '../../src-shared/relay/session-id.ts';
import { signingPublicKey, signMessage } from '../../src-main/platform/ed25519.ts';

/** The secrets that every vector of docs/protocol.md is made of: 32 times the same byte each. */
export const VECTOR_SECRETS = {
  daemonStatic: 0x11,
  deviceStatic: 0x22,
  pairingClientEphemeral: 0x33,
  pairingDaemonEphemeral: 0x44,
  deviceClientEphemeral: 0x55,
  deviceDaemonEphemeral: 0x66,
  offerSecret: 0x77,
  devicePsk: 0x88,
  deviceToken: 0x99,
  pairingOwner: 0xaa,
  deviceOwner: 0xbb,
  challenge: 0xcc,
} as const;

const RELAY_NAME = 'relay.example.com:443';

const secret = (name: keyof typeof VECTOR_SECRETS): Uint8Array => new Uint8Array(32).fill(VECTOR_SECRETS[name]);

/** Every vector of docs/protocol.md by its name there, computed by the code itself. `hello` is the text of message 3. */
export async function protocolVectors(provider: CryptoProvider, hello: string): Promise<Map<string, string>> {
  const { sha256 } = provider;
  const daemon = pairOf(provider, secret('daemonStatic'));
  const device = pairOf(provider, secret('deviceStatic'));
  const offer = secret('offerSecret');
  const sessionId = sessionIdOf(signingPublicKey(secret('pairingOwner')), sha256);
  const deviceSessionId = sessionIdOf(signingPublicKey(secret('deviceOwner')), sha256);
  const offerTokenHash = tokenHash(offerJoinToken(provider, offer), sha256);
  const deviceTokenHash = tokenHash(secret('deviceToken'), sha256);
  const claim = claimMessage(
    {
      relayName: RELAY_NAME,
      challenge: secret('challenge'),
      sessionId: deviceSessionId,
      tokenHashes: [deviceTokenHash],
    },
    sha256,
  );
  const shared = { deviceStatic: device, daemonPublicKey: daemon.publicKey, hello } as const;
  const pairing = await exchange(provider, daemon, {
    ...shared,
    mode: 'pair',
    transport: 'relay',
    sessionId: fromBase32(sessionId),
    psk: offerPsk(provider, offer),
    offerId: offerId(provider, offer),
    ephemerals: ['pairingClientEphemeral', 'pairingDaemonEphemeral'],
  });
  const reconnecting = await exchange(provider, daemon, {
    ...shared,
    mode: 'device',
    transport: 'direct',
    sessionId: new Uint8Array(0),
    psk: secret('devicePsk'),
    ephemerals: ['deviceClientEphemeral', 'deviceDaemonEphemeral'],
  });
  return new Map([
    ['daemon public key', toHex(daemon.publicKey)],
    ['device public key', toHex(device.publicKey)],
    ['daemon fingerprint', daemonFingerprint(provider, toBase64url(daemon.publicKey))],
    ['offer PSK', toHex(offerPsk(provider, offer))],
    ['offer id', toHex(offerId(provider, offer))],
    ['offer join token', toHex(offerJoinToken(provider, offer))],
    ['offer token hash', offerTokenHash],
    ['device token hash', deviceTokenHash],
    ['pairing owner public key', toHex(signingPublicKey(secret('pairingOwner')))],
    ['pairing session id', sessionId],
    ['device owner public key', toHex(signingPublicKey(secret('deviceOwner')))],
    ['device session id', deviceSessionId],
    ...entries('pairing', pairing),
    ['pairing digits', sasDigits(provider, pairing.handshakeHash)],
    ...entries('device', reconnecting),
    ['claim message', toHex(claim)],
    ['claim signature', toHex(signMessage(secret('deviceOwner'), claim))],
  ]);
}

interface Exchange {
  readonly prologue: Uint8Array;
  readonly frames: readonly Uint8Array[];
  readonly handshakeHash: Uint8Array;
}

function entries(name: string, { prologue: context, frames, handshakeHash }: Exchange): [string, string][] {
  return [
    [`${name} prologue`, toHex(context)],
    ...frames.map((frame, index): [string, string] => [`${name} frame ${index + 1}`, toHex(frame)]),
    [`${name} handshake hash`, toHex(handshakeHash)],
  ];
}

type Ephemeral = keyof typeof VECTOR_SECRETS;
type ExchangeInput = Omit<InitiatorInput, 'provider' | 'socket'> & {
  readonly ephemerals: readonly [Ephemeral, Ephemeral];
};

/** Runs both sides of a handshake; the frames are those on the wire, from message 1 to the client's first record. */
async function exchange(provider: CryptoProvider, daemon: KeyPair, input: ExchangeInput): Promise<Exchange> {
  const clock = new ManualClock();
  const frames: Uint8Array[] = [];
  const ends: MemoryFrameSocket[] = [];
  const end = (other: number): MemoryFrameSocket =>
    new MemoryFrameSocket({
      sent: (frame) => {
        frames.push(frame);
        queueMicrotask(() => ends[other]!.deliver(frame));
      },
      closing: () => undefined,
    });
  ends.push(end(1), end(0));
  const { mode, transport, sessionId, psk, offerId: id, ephemerals } = input;
  const [client, responder] = await Promise.all([
    initiateHandshake({ ...input, provider: withEphemeral(provider, ephemerals[0]), socket: ends[0]!, clock }),
    respondHandshake({
      provider: withEphemeral(provider, ephemerals[1]),
      socket: ends[1]!,
      transport,
      sessionId,
      staticKeyPair: daemon,
      lookups: { offer: () => ({ psk }), device: () => psk, admit: () => true },
      clock,
    }),
  ]);
  const context = prologue({ mode, transport, sessionId, offerId: id ?? null });
  // The client answers the daemon's ping before it resolves.
  const result = { prologue: context, frames: [...frames], handshakeHash: client.handshakeHash };
  void client.channel.close('fin');
  void responder.channel.close('fin');
  return result;
}

function pairOf(provider: CryptoProvider, secretKey: Uint8Array): KeyPair {
  return { secretKey, publicKey: provider.publicKey(secretKey) };
}

/** A new array each time, because a handshake wipes its ephemeral key. */
function withEphemeral(provider: CryptoProvider, name: Ephemeral): CryptoProvider {
  return { ...provider, generateKeyPair: () => pairOf(provider, secret(name)) };
}
