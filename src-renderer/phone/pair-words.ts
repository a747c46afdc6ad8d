import type { PairErrorCode } from '../../src-shared/client/pair-error.ts';
import type { OfferError } from '../../src-shared/offer.ts';

type Code = PairErrorCode | OfferError['code'];

/** The heading above a failed pairing, and whether the same link can be tried again. The error's message says the rest. */
export function pairFailureWords(code: Code | null): { title: string; again: boolean } {
  switch (code) {
    case 'offer_expired':
      return { title: 'This code has expired', again: false };
    case 'offer_malformed':
    case 'offer_version':
      return { title: 'This link cannot be used', again: false };
    case 'offer_used':
      return { title: 'This code was used already', again: false };
    case 'offer_not_accepted':
      return { title: 'This code is no longer valid', again: false };
    case 'declined':
      return { title: 'The computer said no', again: false };
    case 'timeout':
      return { title: 'Nobody confirmed on the computer', again: false };
    case 'too_many_devices':
      return { title: 'Too many devices are paired', again: false };
    case 'not_verified':
      return { title: 'This is not the computer of the code', again: false };
    case 'version':
      return { title: 'Paseo is too old on one side', again: false };
    case 'unreachable':
      return { title: 'Your computer cannot be reached', again: true };
    case 'not_saved':
      return { title: 'The pairing could not be saved', again: true };
    case 'interrupted':
    case 'aborted':
    case null:
      return { title: 'Pairing was interrupted', again: true };
  }
}
