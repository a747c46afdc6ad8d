import { CodedError } from '../../../src-shared/coded-error.ts';
import type { RequestErrorCode } from '../../../src-shared/wire/messages.ts';
import { systemErrorCode } from '../../platform/system-error.ts';

/** A refusal that the asking client sees as it is. */
export class AgentError extends CodedError<RequestErrorCode> {}

/** The disk refused; `what` is the beginning of the sentence. */
export function notSaved(what: string, cause: unknown): AgentError {
  const why = systemErrorCode(cause) ?? 'unknown error';
  return new AgentError(
    'not_saved',
    `${what} (${why}). Free some disk space, or check the permissions of PASEO_HOME.`,
    {
      cause,
    },
  );
}
