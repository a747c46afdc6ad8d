import { CodedError } from '../../../src-shared/coded-error.ts';

/**
 * Codes are those that clients get. `agent_failed`: the log is damaged, or a newer Paseo wrote it; `not_saved`: the disk refused.
 */
export class TimelineError extends CodedError<'agent_failed' | 'not_saved'> {}
