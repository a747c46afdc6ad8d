import { z } from 'zod';
import { CodedError } from '../../../src-shared/coded-error.ts';
import { RequestErrorCode, RequestFailure } from '../../../src-shared/wire/messages.ts';
import type { Logger } from '../../platform/logger.ts';

/** How a request ended. */
export const Outcome = z.discriminatedUnion('ok', [
  z.strictObject({ ok: z.literal(true), result: z.unknown() }),
  z.strictObject({ ok: z.literal(false), error: RequestFailure }),
]);
export type Outcome = z.infer<typeof Outcome>;

/** A refusal with a code of the wire protocol; the message goes to the peer. */
export class RequestRefused extends CodedError<RequestErrorCode> {}

export function refusal(code: RequestErrorCode, message: string): Outcome & { ok: false } {
  return { ok: false, error: { code, message: message.slice(0, 4096) } };
}

/** Runs the work. Errors with a code of the wire protocol reach the peer; any other is logged, and the peer learns only that. */
export async function outcomeOf(work: () => unknown, method: string, logger: Logger): Promise<Outcome> {
  try {
    return { ok: true, result: await work() };
  } catch (error) {
    const code = error instanceof CodedError ? RequestErrorCode.safeParse(error.code) : null;
    if (error instanceof CodedError && code?.success === true) return refusal(code.data, error.message);
    logger.error({ err: error, method }, 'a request failed');
    return refusal('internal', 'Something went wrong in the daemon. Its log says what.');
  }
}
