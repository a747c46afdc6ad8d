import { CodedError } from '../../../src-shared/coded-error.ts';

type HomeErrorCode =
  /** Not empty and not made by this program. */
  | 'foreign_home'
  /** Made by a newer version of this program. */
  | 'newer_home'
  /** The folder, or something in it that must be ours, belongs to another user. */
  | 'not_owner'
  /** Others can write where only the owner may. */
  | 'too_open'
  | 'not_a_folder'
  | 'unusable'
  /** A file in it is not what was written there. */
  | 'corrupt'
  /** A file that must never be made anew is gone. */
  | 'missing_key'
  /** Another daemon owns the home; see {@link HomeLockedError}. */
  | 'locked';

export class HomeError extends CodedError<HomeErrorCode> {}
