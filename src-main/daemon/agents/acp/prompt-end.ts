import type { RpcAnswer } from './acp-connection.ts';
import { PromptResult } from './acp-schema.ts';
import type { StopReason } from './acp-schema.ts';
import { failureOf } from './agent-failure.ts';
import type { AgentFailure } from './agent-failure.ts';

/** How a turn ended. */
export type PromptEnd = { readonly reason: StopReason; readonly result: unknown } | { readonly failure: AgentFailure };

/** Out of the answer to `session/prompt`. */
export function promptEnd(answer: RpcAnswer): PromptEnd {
  if ('error' in answer) return { failure: failureOf(answer.error) };
  const { data, error } = PromptResult.safeParse(answer.result);
  return data === undefined ? { failure: failureOf(error) } : { reason: data.stopReason, result: answer.result };
}
