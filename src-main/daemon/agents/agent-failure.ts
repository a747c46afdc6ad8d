import { CodedError } from '../../../src-shared/coded-error.ts';

/** What went wrong between us and an agent's program. The message completes "OpenCode failed: …". */
export class AgentFailure extends CodedError<
  'timeout' | 'protocol' | 'login' | 'refused' | 'ended' | 'not_running' | 'model'
> {}
