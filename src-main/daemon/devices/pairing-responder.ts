import type { FinCode, MessageConnection } from '../../../src-shared/channel/message-connection.ts';
import type { Clock } from '../../../src-shared/clock.ts';
import type { CryptoProvider } from '../../../src-shared/crypto/crypto-provider.ts';
import { sasDigits } from '../../../src-shared/crypto/derive.ts';
import { PairingAck } from '../../../src-shared/devices.ts';
import type { ClientHello, PairingMessage, Role } from '../../../src-shared/devices.ts';
import { PAIRED_ACK_TIMEOUT_MS } from '../limits.ts';
import type { DeviceRoutes } from '../../../src-shared/routes.ts';
import type { Logger } from '../../platform/logger.ts';
import type { AcceptedClient } from './accepted-client.ts';
import type { DeviceRecord } from './device-record.ts';
import { DeviceError } from './device-registry.ts';
import type { DeviceRegistry } from './device-registry.ts';
import type { Decision, Pairing, PairingEnd } from './pairing.ts';

export interface PairingResponderOptions {
  readonly pairing: Pairing;
  readonly registry: DeviceRegistry;
  readonly provider: CryptoProvider;
  readonly daemonName: () => string;
  readonly routesFor: (device: DeviceRecord) => DeviceRoutes;
  readonly onSession: (client: AcceptedClient) => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A client whose message 3 has verified under an offer's PSK. */
export interface PairingClient {
  readonly connection: MessageConnection;
  /** 32 hex digits. */
  readonly offerId: string;
  readonly handshakeHash: Uint8Array;
  readonly remoteStatic: Uint8Array;
  readonly hello: ClientHello;
  /** Tells the relay that this pipe stays. */
  readonly admit: () => void;
}

/**
 * The daemon's side of a pairing after the handshake: claim the offer, ask the person, write the record, hand over the keys, wait for
 * the acknowledgement. Source: docs/protocol.md.
 */
export class PairingResponder {
  readonly #options: PairingResponderOptions;

  constructor(options: PairingResponderOptions) {
    this.#options = options;
  }

  /** Claims the offer in the turn it is called in. Resolves when the pairing is over, whatever its end; never rejects. */
  async respond(client: PairingClient): Promise<void> {
    const { pairing, logger } = this.#options;
    const { connection, offerId, hello } = client;
    const claim = pairing.claim(offerId);
    if (!claim) {
      logger.info({ code: 'offer_used' }, 'a second device came with a used offer');
      return connection.close('offer-used');
    }
    client.admit();
    void connection.closed.then(() => pairing.letGo(offerId));
    const acknowledgement = this.#listen(connection);
    let deviceId: string | null = null;
    let end: PairingEnd;
    try {
      const decision = claim.attended ? await this.#ask(client) : ({ accept: true, role: 'full' } as const);
      if (!decision.accept) end = await this.#decline(connection, decision.result);
      else {
        const record = await this.#record(client, decision.role);
        deviceId = record.id;
        end = await this.#handOver(client, record, acknowledgement);
      }
    } catch (error) {
      end = await this.#failed(connection, error);
    }
    logger.info({ result: end, deviceId }, 'pairing ended');
    pairing.ended(offerId, end, hello.deviceName, deviceId);
  }

  /** The one message that a client may send: any other, or one too early, ends the connection. */
  #listen(connection: MessageConnection): Acknowledgement {
    const acknowledgement: Acknowledgement = { expected: false, arrived: () => undefined };
    connection.attach({
      message: (text) => {
        if (acknowledgement.expected && isAck(text)) {
          acknowledgement.expected = false;
          acknowledgement.arrived();
        } else void connection.close('bad-message');
      },
    });
    return acknowledgement;
  }

  #ask({ connection, offerId, handshakeHash, hello }: PairingClient): Promise<Decision> {
    const { pairing, provider } = this.#options;
    const expiresAt = pairing.confirmBy();
    send(connection, { t: 'confirm', expiresAt });
    const digits = sasDigits(provider, handshakeHash);
    const { deviceName, platform } = hello;
    return pairing.decision({ offerId, deviceName, platform, digits, expiresAt }, connection.signal);
  }

  async #record({ connection, remoteStatic, hello }: PairingClient, role: Role): Promise<DeviceRecord> {
    connection.signal.throwIfAborted();
    return this.#options.registry.addPending({ publicKey: remoteStatic, hello, role });
  }

  /** In one turn from the acknowledgement to the session, so that no message of the client falls in between. */
  #handOver(client: PairingClient, record: DeviceRecord, acknowledgement: Acknowledgement): Promise<PairingEnd> {
    const { registry, clock, daemonName, routesFor, onSession } = this.#options;
    const { connection, hello } = client;
    if (!registry.attachConnection(record.id, hello.clientInstance, connection))
      void connection.close(registry.get(record.id) ? 'too-many' : 'revoked');
    return new Promise((resolve) => {
      const cancelTimer = clock.after(PAIRED_ACK_TIMEOUT_MS, () => void connection.close('fin'));
      const onAbort = (): void => {
        cancelTimer();
        resolve('disconnected');
      };
      if (connection.signal.aborted) return onAbort();
      connection.signal.addEventListener('abort', onAbort, { once: true });
      acknowledgement.expected = true;
      acknowledgement.arrived = () => {
        cancelTimer();
        connection.signal.removeEventListener('abort', onAbort);
        registry.activate(record.id);
        resolve('paired');
        onSession({ connection, role: record.role, device: { id: record.id, name: record.name }, hello });
      };
      send(connection, {
        t: 'paired',
        deviceId: record.id,
        role: record.role,
        devicePsk: record.psk,
        routes: routesFor(record),
        daemonName: daemonName(),
      });
    });
  }

  async #decline(connection: MessageConnection, result: 'denied' | 'timeout' | 'cancelled'): Promise<PairingEnd> {
    const reason = result === 'timeout' ? 'timeout' : 'denied';
    await this.#refuse(connection, reason, result === 'timeout' ? 'pairing-timeout' : 'pairing-denied');
    return result;
  }

  async #failed(connection: MessageConnection, error: unknown): Promise<PairingEnd> {
    if (connection.signal.aborted) return 'disconnected';
    if (error instanceof DeviceError && error.code === 'too_many') {
      await this.#refuse(connection, 'too-many-devices', 'too-many');
      return 'too-many-devices';
    }
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    this.#options.logger.error({ code }, 'a device could not be saved, so it was not paired');
    await connection.close('not-saved');
    return 'not-saved';
  }

  async #refuse(
    connection: MessageConnection,
    reason: 'denied' | 'timeout' | 'too-many-devices',
    code: FinCode,
  ): Promise<void> {
    send(connection, { t: 'declined', reason });
    await connection.close(code);
  }
}

interface Acknowledgement {
  expected: boolean;
  arrived: () => void;
}

function send(connection: MessageConnection, message: PairingMessage): void {
  connection.send(JSON.stringify(message));
}

function isAck(text: string): boolean {
  try {
    return PairingAck.safeParse(JSON.parse(text)).success;
  } catch {
    return false;
  }
}
