import { CodedError } from '../../../src-shared/coded-error.ts';
import type { RequestErrorCode } from '../../../src-shared/wire/messages.ts';

/** A refusal that the asking client sees as it is. */
export class AgentError extends CodedError<RequestErrorCode> {}
