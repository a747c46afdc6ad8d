import { CodedError } from '../../src-shared/coded-error.ts';

type CliErrorCode =
  | 'usage'
  /** No daemon listens on that socket. */
  | 'not_running'
  | 'still_running'
  | 'start_failed'
  | 'start_timeout'
  /** Secrets are shown on terminals only. */
  | 'not_a_terminal'
  | 'unreachable'
  /** The connection was lost and did not come back. */
  | 'interrupted'
  | 'not_paired'
  /** The daemon removed this computer. */
  | 'revoked'
  | 'unknown_device'
  | 'version'
  | 'replaced'
  | 'stopped'
  /** The pairing code was not used: it expired, was withdrawn, or the device was turned away. */
  | 'pairing_ended'
  /** The agent's turn ended, but not by finishing. */
  | 'turn_ended'
  | 'not_found'
  | 'ambiguous'
  /** The agent offers no such answer. */
  | 'no_such_option'
  | 'provider_unavailable'
  /** The person gave up. */
  | 'cancelled'
  /** A file of ours is not what was written there. */
  | 'corrupt'
  | 'too_many_daemons'
  | 'foreign_owner'
  | 'too_open'
  | 'permission_denied'
  | 'unusable';

/** What a command could not do, with the fix in the message. Exit code 1. */
export class CliError extends CodedError<CliErrorCode> {}

/** The command was written wrongly. Exit code 2. */
export class UsageError extends CliError {
  constructor(message: string) {
    super('usage', message);
  }
}
