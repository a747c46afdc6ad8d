import { WEBSOCKET_MAX_BUFFERED_CHUNKS, WEBSOCKET_MAX_FRAGMENTS } from '../../src-shared/limits.ts';

/**
 * Options of every WebSocket, server or client: no compression, one message of at most `maxPayload` bytes, few fragments,
 * and an end to waiting for a peer that does not finish closing.
 */
export function websocketLimits(maxPayload: number, closeTimeoutMs: number) {
  return {
    perMessageDeflate: false,
    maxPayload,
    maxFragments: WEBSOCKET_MAX_FRAGMENTS,
    maxBufferedChunks: WEBSOCKET_MAX_BUFFERED_CHUNKS,
    closeTimeout: closeTimeoutMs,
  };
}
