import { concat, utf8 } from '../bytes.ts';
import { systemClock } from '../clock.ts';
import { MAX_HELLO_BYTES } from '../limits.ts';
import { HandshakeState } from '../noise/handshake-state.ts';
import { HandshakeError } from '../noise/noise-errors.ts';
import { SOCKET_CLOSE } from './frame-socket.ts';
import type { SocketCloseInfo } from './frame-socket.ts';
import { runHandshake } from './handshake-run.ts';
import type { HandshakeRun, HandshakeSteps } from './handshake-run.ts';
import type { HandshakeFailureCode, InitiatorInput, InitiatorResult } from './handshake.ts';
import { MessageTooLargeError } from './message-connection.ts';
import { encodePrelude } from './prelude.ts';
import { CHANNEL_VERSION, prologue, PROTOCOL_NAME } from './prologue.ts';
import { encodeRecord } from './record.ts';
import { SecureChannel } from './secure-channel.ts';

/**
 * Runs the client's side over a socket. Resolves when the daemon's first record has verified (both sides have the keys); messages
 * wait in the channel until it is attached. Rejects with `HandshakeFailure` and closes the socket, with MessageTooLargeError for a
 * hello above `MAX_HELLO_BYTES` and RangeError for ids of the wrong length.
 */
export async function initiateHandshake(input: InitiatorInput): Promise<InitiatorResult> {
  const hello = utf8(input.hello);
  if (hello.length > MAX_HELLO_BYTES)
    throw new MessageTooLargeError('message_too_large', `A hello is at most ${MAX_HELLO_BYTES} bytes. Shorten it.`);
  const context = prologue({ ...input, offerId: input.offerId ?? null });
  return await runHandshake(input, (run) => new InitiatorSteps(input, context, encodeRecord('message', hello), run));
}

class InitiatorSteps implements HandshakeSteps {
  readonly #input: InitiatorInput;
  readonly #prologue: Uint8Array;
  readonly #hello: Uint8Array;
  readonly #run: HandshakeRun<InitiatorResult>;
  #handshake: HandshakeState | null = null;
  #channel: SecureChannel | null = null;

  constructor(input: InitiatorInput, prologue: Uint8Array, hello: Uint8Array, run: HandshakeRun<InitiatorResult>) {
    this.#input = input;
    this.#prologue = prologue;
    this.#hello = hello;
    this.#run = run;
  }

  begin(): void {
    const { provider, mode, offerId, deviceStatic, daemonPublicKey, psk, socket } = this.#input;
    this.#handshake = new HandshakeState({
      provider,
      protocolName: PROTOCOL_NAME,
      initiator: true,
      prologue: this.#prologue,
      staticKeyPair: deviceStatic,
      remoteStatic: daemonPublicKey,
      psks: [psk],
    });
    const { message } = this.#handshake.writeMessage(new Uint8Array(0));
    socket.send(concat(encodePrelude({ mode, offerId: offerId ?? null }), message));
  }

  /** Message 2. From then on the channel has the socket. */
  frame(data: Uint8Array): void {
    const handshake = this.#handshake!;
    try {
      if (handshake.readMessage(data).payload.length > 0)
        return this.#run.fail('daemon_not_verified', 'message 2 has a payload');
    } catch (cause) {
      if (!(cause instanceof HandshakeError)) throw cause;
      return this.#run.fail('daemon_not_verified', undefined, cause);
    }
    const { message, transport } = handshake.writeMessage(this.#hello);
    this.#input.socket.send(message);
    this.#confirm(
      new SecureChannel({
        socket: this.#input.socket,
        transport: transport!,
        path: this.#input.transport,
        clock: this.#input.clock ?? systemClock,
      }),
      transport!.handshakeHash,
    );
  }

  closed({ code, reason }: SocketCloseInfo): HandshakeFailureCode {
    if (code === SOCKET_CLOSE.unsupportedVersion) return versionFailure(reason);
    return code === SOCKET_CLOSE.failed ? 'daemon_not_verified' : 'daemon_not_reached';
  }

  timedOut(): HandshakeFailureCode {
    return this.#channel ? 'timeout' : 'daemon_not_reached';
  }

  abandon(): void {
    this.#handshake?.destroy();
    void this.#channel?.close('fin');
  }

  #confirm(channel: SecureChannel, handshakeHash: Uint8Array): void {
    this.#channel = channel;
    channel.start();
    void channel.confirmed.then(() => this.#run.succeed({ channel, handshakeHash }));
    void channel.closed.then(({ code, socketCode }) => {
      // Only the code of a refusal is one: relays and proxies close properly, with codes of their own, also when the pipe broke.
      const refused = code === 'interrupted' && socketCode === SOCKET_CLOSE.failed;
      this.#run.fail(refused ? 'refused' : 'interrupted', socketCode ? `closed with ${socketCode}` : undefined);
    });
  }
}

/** `theirs` is the version that the closing side speaks. */
function versionFailure(theirs: string): HandshakeFailureCode {
  if (!/^[0-9]{1,3}$/.test(theirs) || Number(theirs) === CHANNEL_VERSION) return 'version_unsupported';
  return Number(theirs) > CHANNEL_VERSION ? 'daemon_newer' : 'daemon_older';
}
