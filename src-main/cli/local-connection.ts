import { lstat } from 'node:fs/promises';
import { connect } from 'node:net';
import { WebSocket } from 'ws';
import type { MessageConnection } from '../../src-shared/channel/message-connection.ts';
import type { ConnectionSource } from '../../src-shared/client/client-state.ts';
import { MAX_MESSAGE_BYTES, SOCKET_CLOSE_TIMEOUT_MS } from '../../src-shared/limits.ts';
import { systemErrorCode } from '../platform/system-error.ts';
import { websocketLimits } from '../platform/websocket-limits.ts';
import { wsMessageConnection } from '../platform/ws-message-connection.ts';
import { CliError } from './cli-error.ts';
import { LOCAL_ANSWER_TIMEOUT_MS } from './limits.ts';

/** The owner's way to a daemon on this computer. Rejects with {@link CliError}; `not_running` when nobody listens there. */
export function localConnection(path: string, timeoutMs: number = LOCAL_ANSWER_TIMEOUT_MS): ConnectionSource {
  return async (signal) => {
    await checkOwner(path);
    return open(path, timeoutMs, signal);
  };
}

/** Another user's socket in our place would be told everything that is meant for the daemon. */
async function checkOwner(path: string): Promise<void> {
  const user = process.geteuid?.();
  if (user === undefined || user === 0) return;
  const stats = await lstat(path).catch((error: unknown) => {
    throw refusal(path, error);
  });
  if (stats.uid === user || stats.uid === 0) return;
  throw new CliError(
    'foreign_owner',
    `${path} belongs to user ${stats.uid}. Run this as that user, or name your own daemon.`,
  );
}

function open(path: string, timeoutMs: number, signal: AbortSignal): Promise<MessageConnection> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket('ws://localhost/ws', {
      ...websocketLimits(MAX_MESSAGE_BYTES, SOCKET_CLOSE_TIMEOUT_MS),
      createConnection: () => connect({ path, timeout: timeoutMs }),
      // The system takes connections also for a daemon that is stuck or was stopped by a signal.
      handshakeTimeout: timeoutMs,
    });
    const connection = wsMessageConnection(socket);
    const onAbort = (): void => socket.terminate();
    const settle = (then: () => void): void => {
      signal.removeEventListener('abort', onAbort);
      then();
    };
    signal.addEventListener('abort', onAbort, { once: true });
    socket.once('open', () => settle(() => resolve(connection)));
    socket.once('error', (error) => settle(() => reject(refusal(path, error))));
    if (signal.aborted) onAbort();
  });
}

function refusal(path: string, cause: unknown): CliError {
  const code = systemErrorCode(cause);
  if (code === 'EACCES' || code === 'EPERM')
    return new CliError('permission_denied', `You may not use ${path}. Run this as the user who started the daemon.`, {
      cause,
    });
  if (code === 'ENOENT' || code === 'ECONNREFUSED' || code === 'ENOTDIR' || code === 'ENOTSOCK')
    return new CliError('not_running', `No daemon runs at ${path}. Start one with "paseo daemon start".`, { cause });
  const why = code ?? (cause instanceof Error ? cause.message : String(cause));
  return new CliError('unreachable', `${path} does not answer as a daemon (${why}).`, { cause });
}
