import type { FrameSocket } from '../channel/frame-socket.ts';
import { CodedError } from '../coded-error.ts';
import type { DeviceRelayRoute, DirectRoute } from '../routes.ts';

/**
 * Opens sockets to a daemon. A promise that resolves means that the socket is open, not that a daemon is at the other end.
 * Rejects with {@link DialError}; an aborted signal closes what was being opened.
 */
export interface Dialer {
  direct(route: DirectRoute, signal: AbortSignal): Promise<FrameSocket>;
  relay(route: DeviceRelayRoute, signal: AbortSignal): Promise<FrameSocket>;
}

export class DialError extends CodedError<
  /** Nothing answered there. */
  | 'unreachable'
  /** The page's own security rules forbid this address (an https page and a plain `ws:` address). */
  | 'blocked_by_page'
  | 'aborted'
> {}
