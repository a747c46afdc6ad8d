import { WebSocket } from 'ws';
import type { Dialer } from '../../src-shared/client/dialer.ts';
import { webSocketDialer } from '../../src-shared/client/web-socket-dialer.ts';
import { DIRECT_FRAME_BYTES, SOCKET_CLOSE_TIMEOUT_MS } from '../../src-shared/limits.ts';
import { websocketLimits } from '../platform/websocket-limits.ts';

/** Dials daemons and relays over the network. */
export function nodeDialer(): Dialer {
  const limits = websocketLimits(DIRECT_FRAME_BYTES, SOCKET_CLOSE_TIMEOUT_MS);
  return webSocketDialer((url) => new WebSocket(url, limits));
}
