import { CodedError } from '../../../../src-shared/coded-error.ts';

/** What went wrong between the daemon and the host of an agent's program. */
export class HostError extends CodedError<'start_failed' | 'ended' | 'detached' | 'displaced' | 'too_large'> {}
