import type { ConnectionPath, MessageConnection } from '../channel/message-connection.ts';
import type { ClientHello, SessionRole } from '../devices.ts';

/** Where a client stands with its daemon. `since` and `retryAt` are wall-clock milliseconds. */
export type ClientState =
  /** `attempt` counts from 1 since the last connection. */
  | { readonly state: 'connecting'; readonly attempt: number }
  | { readonly state: 'connected'; readonly path: ConnectionPath; readonly role: SessionRole; readonly since: number }
  /** `reason` is one sentence for the person. */
  | { readonly state: 'offline'; readonly attempt: number; readonly retryAt: number; readonly reason: string }
  /** Over for good; `message` says what to do. A new client is needed to try again. */
  | { readonly state: 'ended'; readonly reason: EndReason; readonly message: string };

/** `replaced`: another window connected as this very client instance. */
export type EndReason = 'revoked' | 'unknown-device' | 'version' | 'stopped' | 'replaced';

/**
 * Opens one connection to the daemon with the given hello. Rejects with `ConnectError`, or any other error for "could not
 * connect now". An aborted signal ends the attempt and closes what it opened.
 */
export type ConnectionSource = (signal: AbortSignal, hello: ClientHello) => Promise<MessageConnection>;
