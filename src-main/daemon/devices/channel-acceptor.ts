import { fromBase32, toHex } from '../../../src-shared/bytes.ts';
import { SOCKET_CLOSE } from '../../../src-shared/channel/frame-socket.ts';
import type { FrameSocket } from '../../../src-shared/channel/frame-socket.ts';
import { HandshakeFailure } from '../../../src-shared/channel/handshake.ts';
import type { ResponderLookups, ResponderResult } from '../../../src-shared/channel/handshake.ts';
import { parsePrelude } from '../../../src-shared/channel/prelude.ts';
import type { HandshakeMode } from '../../../src-shared/channel/prologue.ts';
import { respondHandshake } from '../../../src-shared/channel/responder-handshake.ts';
import type { Clock } from '../../../src-shared/clock.ts';
import { systemClock } from '../../../src-shared/clock.ts';
import type { CryptoProvider, KeyPair } from '../../../src-shared/crypto/crypto-provider.ts';
import type { ClientHello } from '../../../src-shared/devices.ts';
import { HANDSHAKE_TIMEOUT_MS } from '../../../src-shared/limits.ts';
import type { DeviceRoutes } from '../../../src-shared/routes.ts';
import type { Logger } from '../../platform/logger.ts';
import type { AcceptedClient } from './accepted-client.ts';
import { parseClientHello } from './client-hello.ts';
import { devicePsk } from './device-record.ts';
import type { DeviceRecord } from './device-record.ts';
import type { DeviceRegistry } from './device-registry.ts';
import { FirstFrameSocket } from './first-frame.ts';
import { HandshakeTurns } from './handshake-turns.ts';
import { PairingResponder } from './pairing-responder.ts';
import type { Pairing } from './pairing.ts';
import { SourceRates } from './source-rates.ts';
import { WaitingRoom } from './waiting-room.ts';
import type { Guest } from './waiting-room.ts';

/** Where a socket came from. `source` is what limits go by: the peer's address. `admit` tells the relay that the pipe stays. */
export type SocketOrigin =
  | { readonly transport: 'direct'; readonly source: string }
  | {
      readonly transport: 'relay';
      readonly sessionId: string;
      readonly tokenHash: string;
      readonly admit: () => void;
    };

export interface ChannelAcceptorOptions {
  readonly staticKeyPair: KeyPair;
  readonly registry: DeviceRegistry;
  readonly pairing: Pairing;
  /** What a relay session id of ours is for; null for any other. */
  readonly sessionPurpose: (sessionId: string) => HandshakeMode | null;
  readonly daemonName: () => string;
  readonly routesFor: (device: DeviceRecord) => DeviceRoutes;
  readonly onSession: (client: AcceptedClient) => void;
  readonly provider: CryptoProvider;
  readonly logger: Logger;
  readonly clock?: Clock;
}

/** Turns sockets from anywhere into known devices, or closes them. Source: docs/protocol.md. */
export class ChannelAcceptor {
  readonly #options: ChannelAcceptorOptions;
  readonly #clock: Clock;
  readonly #responder: PairingResponder;
  readonly #rates: SourceRates;
  readonly #turns: HandshakeTurns;
  readonly #room = new WaitingRoom();
  /** Ends one handshake or pairing each; the daemon stops. */
  readonly #onStop = new Set<() => void>();
  #stopping = false;
  readonly #underWay = new Set<Promise<void>>();

  constructor(options: ChannelAcceptorOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#responder = new PairingResponder({ ...options, clock: this.#clock });
    this.#rates = new SourceRates(this.#clock);
    this.#turns = new HandshakeTurns(this.#clock);
  }

  /** Takes over a socket that nobody is attached to. */
  accept(socket: FrameSocket, from: SocketOrigin): void {
    const work = this.#serve(socket, from);
    this.#underWay.add(work);
    void work.finally(() => this.#underWay.delete(work));
  }

  /** Ends every handshake and pairing; resolves when they are gone. Sessions are their own owner's to end. */
  async stop(): Promise<void> {
    this.#stopping = true;
    for (const end of [...this.#onStop]) end();
    this.#turns.stop();
    await Promise.all(this.#underWay);
  }

  async #serve(socket: FrameSocket, from: SocketOrigin): Promise<void> {
    const giveUp = new AbortController();
    const dismiss = (why: string) => (): void => giveUp.abort(new Error(why));
    const source = from.transport === 'direct' ? from.source : from.tokenHash;
    const guest = this.#stopping ? null : this.#room.enter(source, dismiss('crowded out'));
    if (!guest) return socket.close(SOCKET_CLOSE.failed, '');
    const cancelTimer = this.#clock.after(HANDSHAKE_TIMEOUT_MS, dismiss('too slow'));
    const onStop = dismiss('the daemon is stopping');
    this.#onStop.add(onStop);
    let result: ResponderResult | null = null;
    try {
      result = await this.#handshake(socket, from, source, guest, giveUp);
    } catch (error) {
      socket.close(SOCKET_CLOSE.failed, '');
      this.#logFailure(from, error);
    } finally {
      guest.leave();
      cancelTimer();
      this.#onStop.delete(onStop);
    }
    // No await between the handshake's end and the claim or look-up in here.
    if (result) await this.#welcome(result, from, source).catch((error: unknown) => this.#brokenOff(result, error));
  }

  async #handshake(
    raw: FrameSocket,
    from: SocketOrigin,
    source: string,
    guest: Guest,
    giveUp: AbortController,
  ): Promise<ResponderResult> {
    const { provider, staticKeyPair, registry } = this.#options;
    const { signal } = giveUp;
    const socket = new FirstFrameSocket(raw, this.#clock, () => giveUp.abort(new Error('closed early')));
    const first = await orAbort(socket.first, signal);
    const mode = first && this.#modeWorthComputing(first, from);
    if (mode) {
      guest.stage = 'queued';
      const vouched = from.transport === 'relay' && registry.byTokenHash(from.tokenHash) !== undefined;
      await this.#turns.turn(source, this.#rates.rank(source, mode, vouched), signal);
    }
    guest.stage = 'answering';
    try {
      return await respondHandshake({
        provider,
        socket,
        staticKeyPair,
        transport: from.transport,
        sessionId: from.transport === 'relay' ? fromBase32(from.sessionId) : new Uint8Array(0),
        lookups: this.#lookups(from),
        clock: this.#clock,
        signal,
      });
    } finally {
      if (mode) this.#turns.measured(socket.costMs);
    }
  }

  /** null for what is refused without any Diffie-Hellman: that needs no turn. */
  #modeWorthComputing(frame: Uint8Array, from: SocketOrigin): HandshakeMode | null {
    const parsed = parsePrelude(frame);
    if (!parsed.ok || !this.#allows(parsed.prelude.mode, from)) return null;
    const { mode, offerId } = parsed.prelude;
    return offerId === null || this.#options.pairing.psk(toHex(offerId)) !== undefined ? mode : null;
  }

  #lookups(from: SocketOrigin): ResponderLookups {
    const { pairing, registry } = this.#options;
    return {
      offer: (offerId) => {
        const psk = pairing.psk(toHex(offerId));
        return psk && { psk };
      },
      device: (publicKey) => {
        const record = registry.byStaticKey(publicKey);
        return record && devicePsk(record);
      },
      admit: ({ mode }) => this.#allows(mode, from),
    };
  }

  /** At a relay each session id is for one mode; a direct connection may be either. */
  #allows(mode: HandshakeMode, from: SocketOrigin): boolean {
    return from.transport === 'direct' || this.#options.sessionPurpose(from.sessionId) === mode;
  }

  async #welcome(result: ResponderResult, from: SocketOrigin, source: string): Promise<void> {
    const { channel: connection, offerId, handshakeHash, remoteStatic } = result;
    if (this.#stopping) return connection.close('going-away');
    const admit = from.transport === 'relay' ? from.admit : () => undefined;
    const hello = parseClientHello(result.hello);
    if (!hello) {
      this.#options.logger.warn({ code: 'bad_hello', transport: from.transport }, 'a client introduced itself wrongly');
      return connection.close('bad-message');
    }
    if (offerId === null) return this.#admitDevice({ connection, hello, remoteStatic, admit, source });
    const onStop = (): void => void connection.close('going-away');
    this.#onStop.add(onStop);
    await this.#responder.respond({
      connection,
      offerId: toHex(offerId),
      handshakeHash,
      remoteStatic,
      hello,
      admit,
    });
    this.#onStop.delete(onStop);
  }

  async #admitDevice(device: {
    connection: ResponderResult['channel'];
    hello: ClientHello;
    remoteStatic: Uint8Array;
    admit: () => void;
    source: string;
  }): Promise<void> {
    const { registry, pairing, onSession } = this.#options;
    const { connection, hello, remoteStatic, admit, source } = device;
    const record = registry.byStaticKey(remoteStatic);
    // Revoked between message 3 and now.
    if (!record) return connection.close('revoked');
    admit();
    this.#rates.remember(source);
    registry.activate(record.id);
    pairing.cameBack(record.id, record.name);
    if (!registry.attachConnection(record.id, hello.clientInstance, connection)) return connection.close('too-many');
    onSession({ connection, role: record.role, device: { id: record.id, name: record.name }, hello });
  }

  /** A fault of ours ends this connection, not the daemon. */
  async #brokenOff({ channel }: ResponderResult, error: unknown): Promise<void> {
    this.#options.logger.error(
      { error: error instanceof Error ? error.stack : 'unknown' },
      'a client could not be accepted',
    );
    await channel.close('going-away');
  }

  #logFailure({ transport }: SocketOrigin, error: unknown): void {
    const code = error instanceof HandshakeFailure ? error.code : 'given_up';
    this.#options.logger.debug({ code, transport }, 'a handshake failed');
  }
}

/** Rejects with the signal's reason when that comes first. */
function orAbort<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    void promise.then((value) => {
      signal.removeEventListener('abort', onAbort);
      resolve(value);
    });
  });
}
