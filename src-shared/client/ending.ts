import type { CloseReason } from '../channel/message-connection.ts';
import { CodedError } from '../coded-error.ts';
import type { EndReason } from './client-state.ts';

interface Ending {
  readonly reason: EndReason;
  readonly message: string;
}

export const VERSION_MESSAGE =
  'This daemon speaks another version of the protocol. Update Paseo here and on the computer.';

/** Whether a connection that ended this way must not be tried again; null when it may. */
export function endOfConnection({ code, by }: CloseReason): Ending | null {
  if (by !== 'remote') return null;
  if (code === 'revoked')
    return { reason: 'revoked', message: 'This device was removed from the daemon. Pair again to use it.' };
  if (code === 'replaced')
    return {
      reason: 'replaced',
      message: 'Paseo was opened in another window with the same name. Continue there, or reload.',
    };
  return null;
}

/** Whether an attempt that failed this way must not be repeated; null when it may. */
export function endOfConnecting(error: unknown): Ending | null {
  // Whatever else a failed handshake seems to say, anybody on the way could have said it.
  if (!(error instanceof CodedError) || error.code !== 'unknown_device') return null;
  return { reason: 'unknown-device', message: error.message };
}

/** One sentence for the person. Errors that are not ours may say anything, so they are not shown. */
export function offlineReason(error: unknown): string {
  return error instanceof CodedError ? error.message : 'Your computer cannot be reached.';
}
