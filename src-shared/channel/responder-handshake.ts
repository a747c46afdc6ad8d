import { fromUtf8 } from '../bytes.ts';
import { systemClock } from '../clock.ts';
import { HandshakeState } from '../noise/handshake-state.ts';
import { runHandshake } from './handshake-run.ts';
import type { HandshakeRun, HandshakeSteps } from './handshake-run.ts';
import type { HandshakeFailureCode, ResponderInput, ResponderResult } from './handshake.ts';
import { parsePrelude } from './prelude.ts';
import type { Prelude } from './prelude.ts';
import { prologue, PROTOCOL_NAME } from './prologue.ts';
import { parseRecord } from './record.ts';
import { SecureChannel } from './secure-channel.ts';

/** Ephemeral key and the tag of an empty payload. */
const MESSAGE_1_BYTES = 48;

/**
 * Runs the daemon's side over a socket. Resolves when message 3 has verified; the channel has then sent an encrypted ping, which
 * confirms the keys to the client. Rejects with `HandshakeFailure` (for the local log) and closes the socket with one generic code.
 * Whoever claims an offer or looks at the registry does so after this, in one synchronous step.
 */
export function respondHandshake(input: ResponderInput): Promise<ResponderResult> {
  return runHandshake(input, (run) => new ResponderSteps(input, run));
}

class ResponderSteps implements HandshakeSteps {
  readonly #input: ResponderInput;
  readonly #run: HandshakeRun<ResponderResult>;
  #handshake: HandshakeState | null = null;
  #prelude: Prelude | null = null;

  constructor(input: ResponderInput, run: HandshakeRun<ResponderResult>) {
    this.#input = input;
    this.#run = run;
  }

  frame(data: Uint8Array): void {
    if (this.#handshake && this.#prelude) this.#message3(data, this.#handshake, this.#prelude);
    else this.#message1(data);
  }

  closed(): HandshakeFailureCode {
    return 'closed_early';
  }

  timedOut(): HandshakeFailureCode {
    return 'timeout';
  }

  abandon(): void {
    this.#handshake?.destroy();
  }

  #message1(frame: Uint8Array): void {
    const { lookups, provider, socket, staticKeyPair, transport, sessionId } = this.#input;
    const parsed = parsePrelude(frame);
    if (!parsed.ok) return this.#run.fail(parsed.why === 'version' ? 'version_unsupported' : 'bad_prelude');
    if (parsed.rest.length !== MESSAGE_1_BYTES) return this.#run.fail('bad_prelude');
    const { mode, offerId } = parsed.prelude;
    const offer = offerId && lookups.offer(offerId);
    if (offerId && !offer) return this.#run.fail('unknown_offer');
    if (!lookups.admit({ mode, offerId })) return this.#run.fail('not_admitted');

    const handshake = new HandshakeState({
      provider,
      protocolName: PROTOCOL_NAME,
      initiator: false,
      prologue: prologue({ mode, transport, sessionId, offerId }),
      staticKeyPair,
      // A device nobody knows goes on with a random key, so that it fails like one with a wrong key.
      psks: [offer ? offer.psk : (device) => lookups.device(device!) ?? provider.random(32)],
    });
    handshake.readMessage(parsed.rest);
    socket.send(handshake.writeMessage(new Uint8Array(0)).message);
    this.#handshake = handshake;
    this.#prelude = parsed.prelude;
  }

  #message3(frame: Uint8Array, handshake: HandshakeState, { mode, offerId }: Prelude): void {
    const { payload, transport } = handshake.readMessage(frame);
    const channel = new SecureChannel({
      socket: this.#input.socket,
      transport: transport!,
      path: this.#input.transport,
      clock: this.#input.clock ?? systemClock,
    });
    const hello = readHello(payload);
    channel.start();
    if (hello === null) {
      void channel.close('bad-message');
      return this.#run.fail('bad_hello');
    }
    channel.ping();
    this.#run.succeed({
      channel,
      handshakeHash: transport!.handshakeHash,
      mode,
      remoteStatic: handshake.remoteStatic!,
      offerId,
      hello,
    });
  }
}

/** Message 3 carries one record of type message; null for anything else. */
function readHello(payload: Uint8Array): string | null {
  const record = parseRecord(payload);
  if (record?.type !== 'message') return null;
  try {
    return fromUtf8(record.data);
  } catch {
    return null;
  }
}
