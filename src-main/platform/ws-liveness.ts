import type { WebSocket } from 'ws';
import type { Clock } from '../../src-shared/clock.ts';
import { DEAD_PEER_MS, PING_INTERVAL_MS, WEBSOCKET_CONTROL_FRAMES } from '../../src-shared/limits.ts';

/** How often a socket is looked at; silence is found this much too late at most, so it is looked for that much sooner. */
const TICK_MS = 5000;

/**
 * Pings an open WebSocket every `PING_INTERVAL_MS` and cuts it off when nothing was heard for `DEAD_PEER_MS`, or when it floods
 * us with pings or pongs. A socket that we do not read (back-pressure) is not expected to be heard. The function that comes
 * back is another sign of life: that it took what was queued for it.
 */
export function keepAlive(ws: WebSocket, clock: Clock, onDead: () => void): () => void {
  let heardAt = clock.now();
  let pingedAt = heardAt;
  let controlFrames = 0;
  let cancel = (): void => {};

  const heard = (): void => {
    heardAt = clock.now();
  };
  const heardControl = (): void => {
    heard();
    controlFrames += 1;
    if (controlFrames > WEBSOCKET_CONTROL_FRAMES) ws.terminate();
  };
  const tick = (): void => {
    const now = clock.now();
    if (ws.isPaused) heardAt = now;
    if (now - heardAt > DEAD_PEER_MS - TICK_MS) {
      onDead();
      ws.terminate();
      return;
    }
    if (now - pingedAt >= PING_INTERVAL_MS && ws.readyState === ws.OPEN) {
      pingedAt = now;
      controlFrames = 0;
      ws.ping();
    }
    cancel = clock.after(TICK_MS, tick);
  };

  ws.on('message', heard);
  ws.on('ping', heardControl);
  ws.on('pong', heardControl);
  ws.once('close', () => cancel());
  cancel = clock.after(TICK_MS, tick);
  return heard;
}
