import { fromBase64url, toBase64url } from '../bytes.ts';
import type { CloseReason, MessageConnection } from '../channel/message-connection.ts';
import { type Clock, systemClock } from '../clock.ts';
import type { CodedError } from '../coded-error.ts';
import type { CryptoProvider, KeyPair } from '../crypto/crypto-provider.ts';
import { offerId, offerJoinToken, offerPsk, sasDigits } from '../crypto/derive.ts';
import { type ClientHello, type PairingAccepted, PairingMessage } from '../devices.ts';
import type { Offer } from '../offer.ts';
import type { Dialer } from './dialer.ts';
import { type DaemonStore, daemonFingerprint, type KnownDaemon } from './known-daemon.ts';
import { PairError, pairErrorOfClose, pairErrorOfDecline, pairErrorOfRace } from './pair-error.ts';
import { raceRoutes } from './race-routes.ts';

export interface PairOptions {
  readonly offer: Offer;
  readonly provider: CryptoProvider;
  readonly dial: Dialer;
  /** `clientInstance` is any random one: this connection ends with the pairing. */
  readonly hello: ClientHello;
  readonly store: DaemonStore;
  /** The daemon waits for a person to compare these six digits. Not called when it does not. */
  readonly onDigits: (digits: string, daemonName: string) => void;
  readonly signal: AbortSignal;
  readonly clock?: Clock;
  /** Wall clock in milliseconds. */
  readonly now?: () => number;
}

/** Pairs over all routes of the offer together, and resolves when both sides have stored it. Rejects with {@link PairError}. */
export async function pairWithOffer(options: PairOptions): Promise<KnownDaemon> {
  const { offer, provider, signal, dial, hello, store } = options;
  if (offer.expires * 1000 <= (options.now ?? Date.now)())
    throw new PairError('offer_expired', 'This pairing code has expired. Make a new one on the computer.');
  const device = await deviceKeys(store, provider, offer.daemonKey);
  const secret = fromBase64url(offer.secret);
  const token = toBase64url(offerJoinToken(provider, secret));
  const { channel, handshakeHash } = await raceRoutes({
    routes: { direct: offer.direct, relays: offer.relays.map((relay) => ({ ...relay, token })) },
    dial,
    signal,
    clock: options.clock ?? systemClock,
    handshake: {
      provider,
      mode: 'pair',
      deviceStatic: device,
      daemonPublicKey: fromBase64url(offer.daemonKey),
      psk: offerPsk(provider, secret),
      offerId: offerId(provider, secret),
      hello: JSON.stringify(hello),
    },
  }).catch((error: unknown) => {
    throw signal.aborted ? aborted() : pairErrorOfRace(error);
  });
  secret.fill(0);
  const onAbort = (): void => void channel.close('fin');
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    const accepted = await acceptance(channel, () => options.onDigits(sasDigits(provider, handshakeHash), offer.name));
    return await save(options, device, accepted, channel);
  } catch (error) {
    await channel.close(error instanceof PairError && error.code === 'not_saved' ? 'not-saved' : 'fin');
    throw signal.aborted ? aborted() : error;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** One key pair per daemon, also when it is paired again: the daemon then knows it for the same device. */
async function deviceKeys(store: DaemonStore, provider: CryptoProvider, daemonKey: string): Promise<KeyPair> {
  const known = await store.get(daemonFingerprint(provider, daemonKey)).catch(() => null);
  if (known === null || known.daemonKey !== daemonKey) return provider.generateKeyPair();
  const secretKey = fromBase64url(known.deviceSecret);
  return { secretKey, publicKey: provider.publicKey(secretKey) };
}

/** Waits for the person at the daemon, if there is one, and for what the daemon gives this device. */
function acceptance(channel: MessageConnection, onConfirm: () => void): Promise<PairingAccepted> {
  return new Promise((resolve, reject) => {
    channel.attach({
      message: (text) => {
        const message = parsePairing(text);
        if (message === null)
          reject(
            new PairError('version', 'The daemon answered something unknown. Update Paseo here and on the computer.'),
          );
        else if (message.t === 'confirm') onConfirm();
        else if (message.t === 'declined') reject(pairErrorOfDecline(message.reason));
        else resolve(message);
      },
    });
    void channel.closed.then((reason: CloseReason) => reject(pairErrorOfClose(reason)));
  });
}

async function save(
  { offer, provider, store, now }: PairOptions,
  device: KeyPair,
  accepted: PairingAccepted,
  channel: MessageConnection,
): Promise<KnownDaemon> {
  const record: KnownDaemon = {
    format: 'paseo-known-daemon',
    version: 1,
    id: daemonFingerprint(provider, offer.daemonKey),
    name: accepted.daemonName,
    daemonKey: offer.daemonKey,
    deviceSecret: toBase64url(device.secretKey),
    psk: accepted.devicePsk,
    deviceId: accepted.deviceId,
    role: accepted.role,
    routes: accepted.routes,
    pairedAt: new Date((now ?? Date.now)()).toISOString(),
  };
  await store.put(record).catch((cause: unknown) => {
    throw new PairError(
      'not_saved',
      'This device could not store the pairing. Free some space, or leave private mode.',
      {
        cause,
      },
    );
  });
  // If this is lost, the first connection says the same.
  channel.attach({ message: () => undefined });
  channel.send(JSON.stringify({ t: 'paired-ack' }));
  await channel.close('fin');
  return record;
}

function parsePairing(text: string): PairingMessage | null {
  try {
    return PairingMessage.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

function aborted(): CodedError {
  return new PairError('aborted', 'The pairing was given up.');
}
