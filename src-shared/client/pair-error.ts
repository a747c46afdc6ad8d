import type { CloseReason } from '../channel/message-connection.ts';
import { CodedError } from '../coded-error.ts';
import type { PairingMessage } from '../devices.ts';
import { versionWords } from './version-words.ts';
import { RaceError } from './race-routes.ts';

export type PairErrorCode =
  | 'offer_expired'
  /** Somebody answered, but not for this offer: it was used, cancelled or has expired. */
  | 'offer_not_accepted'
  /** Another device used it first. */
  | 'offer_used'
  | 'declined'
  /** Nobody confirmed the digits. */
  | 'timeout'
  | 'too_many_devices'
  | 'unreachable'
  /** Something answered that does not have the daemon's key. */
  | 'not_verified'
  | 'version'
  | 'interrupted'
  /** The daemon or this device could not save the pairing. */
  | 'not_saved'
  | 'aborted';

export class PairError extends CodedError<PairErrorCode> {}

type DeclineReason = Extract<PairingMessage, { t: 'declined' }>['reason'];

export function pairErrorOfDecline(reason: DeclineReason): PairError {
  switch (reason) {
    case 'denied':
      return denied();
    case 'timeout':
      return unconfirmed();
    case 'too-many-devices':
      return new PairError('too_many_devices', 'The daemon has as many devices as it can. Remove one there first.');
  }
}

export function pairErrorOfClose({ code }: CloseReason): PairError {
  if (code === 'pairing-denied') return denied();
  if (code === 'pairing-timeout') return unconfirmed();
  if (code === 'offer-used')
    return new PairError('offer_used', 'Another device used this pairing code. Make a new one on the computer.');
  if (code === 'too-many')
    return new PairError('interrupted', 'This device has too many connections already. Close some, and pair again.');
  if (code === 'not-saved')
    return new PairError(
      'not_saved',
      'The daemon could not save this device. Free some space on the computer, and pair again.',
    );
  return new PairError(
    'interrupted',
    'The connection broke while pairing. Make a new code on the computer, and try again.',
  );
}

/** The failure that tells the person most. */
export function pairErrorOfRace(error: unknown): PairError {
  const failures = error instanceof RaceError ? error.failures : [];
  const codes = new Set(failures.map(({ code }) => code));
  const because = { cause: error };
  // With a cause, an answer was forged. Without one something closed before it answered, as the daemon does for an unknown offer.
  if (failures.some(({ code, cause }) => code === 'daemon_not_verified' && cause !== undefined))
    return new PairError(
      'not_verified',
      'What answered is not the daemon that made this code, and was told nothing. Check the network, and scan again.',
      because,
    );
  const version = versionWords(codes);
  if (version !== null) return new PairError('version', version, because);
  if (codes.has('refused') || codes.has('daemon_not_verified') || codes.has('daemon_not_reached'))
    return new PairError(
      'offer_not_accepted',
      'This code was not accepted: it was used, cancelled or has expired. Make a new one on the computer.',
      because,
    );
  if (codes.has('interrupted') || codes.has('timeout'))
    return new PairError('interrupted', 'The connection broke while pairing. Try again.', because);
  return new PairError(
    'unreachable',
    'Your computer cannot be reached from here. Check that both are on the same network, or that the relay is on.',
    because,
  );
}

function denied(): PairError {
  return new PairError('declined', 'The person at the computer said no. Make a new code there to try again.');
}

function unconfirmed(): PairError {
  return new PairError(
    'timeout',
    'Nobody confirmed the digits in time. Make a new code on the computer, and try again.',
  );
}
