import { CodedError } from '../coded-error.ts';
import type { RequestErrorCode } from '../wire/messages.ts';

/** What the client itself can say about a request, besides the daemon's own codes. */
export type ClientErrorCode =
  /** There is no connection now (queries only; commands wait in the outbox). */
  | 'not_connected'
  /** The daemon answered something this version does not understand. */
  | 'bad_answer'
  /** The outbox is full. */
  | 'outbox_full'
  /** The outbox could not be written; nothing was sent. */
  | 'not_stored'
  /** The command waited too long for a connection and was never sent. */
  | 'expired'
  /** The person gave the command up. */
  | 'discarded'
  /** This client was stopped or the daemon turned it away; a stored command stays stored. */
  | 'stopped'
  /** The caller's signal. */
  | 'aborted';

/** A request that did not succeed: the daemon's refusal, or why it could not be asked. */
export class RequestError extends CodedError<RequestErrorCode | ClientErrorCode> {}
