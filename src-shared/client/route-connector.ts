import { fromBase64url } from '../bytes.ts';
import type { MessageConnection } from '../channel/message-connection.ts';
import { type Clock, systemClock } from '../clock.ts';
import { CodedError } from '../coded-error.ts';
import type { CryptoProvider } from '../crypto/crypto-provider.ts';
import type { ClientHello } from '../devices.ts';
import { REFUSALS_UNTIL_UNKNOWN } from '../limits.ts';
import type { ConnectionSource } from './client-state.ts';
import type { Dialer } from './dialer.ts';
import type { KnownDaemon } from './known-daemon.ts';
import { versionWords } from './version-words.ts';
import { RaceError, raceRoutes } from './race-routes.ts';

class ConnectError extends CodedError<
  | 'unreachable'
  /** The daemon proved itself and then ended the handshake. Not yet believed: an impostor relay can cut the pipe there. */
  | 'refused'
  /** Refused several times in a row. */
  | 'unknown_device'
  /** What answered does not have the daemon's key. Nothing was told to it, and there is no way around this. */
  | 'not_verified'
  | 'version'
  | 'aborted'
> {}

export interface KnownDaemonOptions {
  /** Asked at every attempt, so that the newest routes are used. */
  readonly record: () => KnownDaemon;
  readonly provider: CryptoProvider;
  readonly dial: Dialer;
  readonly clock?: Clock;
}

/**
 * The way to a paired daemon: races all its routes and closes the losers. The source rejects with {@link ConnectError}; use one
 * source per client, since it counts refusals.
 */
export function connectKnownDaemon(options: KnownDaemonOptions): ConnectionSource {
  let refusals = 0;
  return async (signal, hello) => {
    try {
      const connection = await connectOnce(options, signal, hello);
      refusals = 0;
      return connection;
    } catch (error) {
      const failure = signal.aborted ? new ConnectError('aborted', 'The attempt was given up.') : connectError(error);
      if (failure.code !== 'refused') throw failure;
      if (++refusals < REFUSALS_UNTIL_UNKNOWN) throw failure;
      refusals = 0;
      throw new ConnectError('unknown_device', 'This daemon no longer knows this device. Pair again.');
    }
  };
}

async function connectOnce(
  { record, provider, dial, clock }: KnownDaemonOptions,
  signal: AbortSignal,
  hello: ClientHello,
): Promise<MessageConnection> {
  const { routes, deviceSecret, daemonKey, psk } = record();
  const secretKey = fromBase64url(deviceSecret);
  const { channel } = await raceRoutes({
    routes,
    dial,
    signal,
    clock: clock ?? systemClock,
    handshake: {
      provider,
      mode: 'device',
      deviceStatic: { secretKey, publicKey: provider.publicKey(secretKey) },
      daemonPublicKey: fromBase64url(daemonKey),
      psk: fromBase64url(psk),
      hello: JSON.stringify(hello),
    },
  });
  return channel;
}

/** The failure that tells the person most. */
function connectError(error: unknown): ConnectError {
  const codes = new Set(error instanceof RaceError ? error.failures.map(({ code }) => code) : []);
  const because = { cause: error };
  if (codes.has('refused'))
    return new ConnectError('refused', 'The daemon did not accept this device. Trying again.', because);
  if (codes.has('daemon_not_verified'))
    return new ConnectError(
      'not_verified',
      'What answered did not prove to be your daemon, and was told nothing. If the daemon has new keys, pair again.',
      because,
    );
  const version = versionWords(codes);
  if (version !== null) return new ConnectError('version', version, because);
  // A relay gives a device whose token was revoked the same answer as one whose daemon is away, on purpose; and the daemon never
  // hears of it. So a device that was away when it was revoked, and has no other way, can only be told of both.
  if (codes.has('daemon_not_reached'))
    return new ConnectError(
      'unreachable',
      'Your computer cannot be reached. It may be off, asleep or without network, or it no longer knows this device.',
      because,
    );
  return new ConnectError(
    'unreachable',
    'Your computer cannot be reached. It may be off, asleep or without network.',
    because,
  );
}
