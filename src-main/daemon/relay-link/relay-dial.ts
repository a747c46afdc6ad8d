import { WebSocket } from 'ws';
import { RELAY_DIAL_TIMEOUT_MS, SOCKET_CLOSE_TIMEOUT_MS } from '../../../src-shared/limits.ts';
import { RELAY_PATHS } from '../../../src-shared/relay/envelopes.ts';
import { websocketLimits } from '../../platform/websocket-limits.ts';

export interface RelayAddress {
  /** `host:port`, in lower case. */
  readonly endpoint: string;
  readonly tls: boolean;
}

/** Starts dialling one of the relay's paths. */
export function dialRelay(address: RelayAddress, path: keyof typeof RELAY_PATHS, maxPayload: number): WebSocket {
  return new WebSocket(`${address.tls ? 'wss' : 'ws'}://${address.endpoint}${RELAY_PATHS[path]}`, {
    ...websocketLimits(maxPayload, SOCKET_CLOSE_TIMEOUT_MS),
    handshakeTimeout: RELAY_DIAL_TIMEOUT_MS,
    followRedirects: false,
  });
}

/** Resolves when the socket is gone, whatever becomes of it. */
export function whenClosed(ws: WebSocket): Promise<void> {
  return new Promise((resolve) => ws.once('close', () => resolve()));
}
