import { z } from 'zod';
import { CodedError } from '../../../../src-shared/coded-error.ts';
import { MAX_AGENT_LINE_BYTES } from '../../../agent-host/limits.ts';
import type { ProgramEnd } from '../../../agent-host/host-protocol.ts';
import { RpcError } from './rpc-message.ts';

/** What went wrong between us and an agent's program. The message completes "OpenCode failed: …". */
export class AgentFailure extends CodedError<
  'timeout' | 'protocol' | 'login' | 'refused' | 'ended' | 'not_running' | 'model' | 'unsupported'
> {}

/** Whatever a session's request ended with. */
export function failureOf(error: unknown): AgentFailure {
  if (error instanceof AgentFailure) return error;
  if (error instanceof RpcError)
    return new AgentFailure(error.rpcCode === -32000 ? 'login' : 'refused', describeError(error));
  if (error instanceof z.ZodError) return new AgentFailure('protocol', 'it sent an answer that ACP does not know');
  return new AgentFailure('ended', error instanceof Error ? error.message : String(error), { cause: error });
}

/** The agent wants the person to log in. */
export function isLogin(error: unknown): boolean {
  return error instanceof AgentFailure && error.code === 'login';
}

/** Why a program ended that nobody had asked to. */
export function describeEnd({ code, signal, fault }: ProgramEnd, errorTail: string): AgentFailure {
  switch (fault) {
    case 'line_too_long':
      return new AgentFailure('protocol', `it sent a line of more than ${MAX_AGENT_LINE_BYTES / 1024 / 1024} MB`);
    case 'not_reading':
      return new AgentFailure('protocol', 'it does not read what it is sent');
    case 'host_lost':
      return new AgentFailure('ended', 'the process that hosts it was ended from outside');
    case null: {
      const tail = errorTail.trim();
      const how = signal === null ? `exit code ${code}` : `signal ${signal}`;
      const words = tail === '' ? '' : `; its last words: ${tail}`;
      return new AgentFailure('ended', `it ended unexpectedly (${how})${words}`);
    }
  }
}

/** The message of an error with the details that agents put beside it. */
export function describeError(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  if (!(error instanceof RpcError)) return message;
  const details = ErrorDetails.safeParse(error.data);
  return details.success && !message.includes(details.data) ? `${message}: ${details.data}` : message;
}

const ErrorDetails = z.union([
  z.string(),
  z.looseObject({ details: z.string() }).transform(({ details }) => details),
  z.looseObject({ message: z.string() }).transform(({ message }) => message),
]);
