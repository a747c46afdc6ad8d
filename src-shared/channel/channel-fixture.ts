import type { CryptoProvider } from '../crypto/crypto-provider.ts';
import { HandshakeState } from '../noise/handshake-state.ts';
import type { TransportState } from '../noise/handshake-state.ts';
import { ManualClock } from '../manual-clock.ts';
import type { InitiatorInput, ResponderInput } from './handshake.ts';
import { initiateHandshake } from './initiator-handshake.ts';
import { memorySocketPair } from './memory-frame-socket.ts';
import type { MemoryFrameSocket } from './memory-frame-socket.ts';
import { respondHandshake } from './responder-handshake.ts';

/** For tests: one daemon, one device and one offer, with the inputs of both handshakes. */
export class ChannelFixture {
  readonly provider: CryptoProvider;
  readonly clock = new ManualClock();
  readonly daemon;
  readonly device;
  readonly sessionId = new Uint8Array(20).fill(5);
  readonly offer = { id: new Uint8Array(16).fill(6), psk: new Uint8Array(32).fill(7) };
  readonly devicePsk = new Uint8Array(32).fill(8);

  constructor(provider: CryptoProvider) {
    this.provider = provider;
    this.daemon = provider.generateKeyPair();
    this.device = provider.generateKeyPair();
  }

  initiator(socket: MemoryFrameSocket, changes: Partial<InitiatorInput> = {}): InitiatorInput {
    const pairing = changes.mode === 'pair';
    return {
      provider: this.provider,
      socket,
      mode: 'device',
      transport: 'relay',
      sessionId: this.sessionId,
      clock: this.clock,
      deviceStatic: this.device,
      daemonPublicKey: this.daemon.publicKey,
      psk: pairing ? this.offer.psk : this.devicePsk,
      ...(pairing ? { offerId: this.offer.id } : {}),
      hello: '{"hello":1}',
      ...changes,
    };
  }

  responder(socket: MemoryFrameSocket, changes: Partial<ResponderInput> = {}): ResponderInput {
    return {
      provider: this.provider,
      socket,
      transport: 'relay',
      sessionId: this.sessionId,
      clock: this.clock,
      staticKeyPair: this.daemon,
      lookups: {
        offer: (id) => (id.every((byte, i) => byte === this.offer.id[i]) ? { psk: this.offer.psk } : undefined),
        device: (key) => (key.every((byte, i) => byte === this.device.publicKey[i]) ? this.devicePsk : undefined),
        admit: () => true,
      },
      ...changes,
    };
  }

  /** Both ends of a finished device handshake and their sockets. */
  async connect(pair: [MemoryFrameSocket, MemoryFrameSocket] = memorySocketPair()) {
    const [near, far] = pair;
    const [initiated, responded] = await Promise.all([
      initiateHandshake(this.initiator(near)),
      respondHandshake(this.responder(far)),
    ]);
    return { client: initiated.channel, daemon: responded.channel, clientSocket: near, daemonSocket: far };
  }
}

/** For tests: the transports of a finished handshake without any channel around it. */
export function transportPair(provider: CryptoProvider): [TransportState, TransportState] {
  const side = (initiator: boolean) =>
    new HandshakeState({
      provider,
      protocolName: 'Noise_NN_25519_AESGCM_SHA256',
      initiator,
      prologue: new Uint8Array(0),
    });
  const [initiator, responder] = [side(true), side(false)];
  responder.readMessage(initiator.writeMessage(new Uint8Array(0)).message);
  const { message, transport } = responder.writeMessage(new Uint8Array(0));
  return [initiator.readMessage(message).transport!, transport!];
}
