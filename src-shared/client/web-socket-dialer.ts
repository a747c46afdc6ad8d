import type { FrameSocket } from '../channel/frame-socket.ts';
import { type Clock, systemClock } from '../clock.ts';
import { DIAL_TIMEOUT_MS } from '../limits.ts';
import { type ClientJoin, RELAY_PATHS, RELAY_VERSION } from '../relay/envelopes.ts';
import { type Dialer, DialError } from './dialer.ts';
import { webSocketFrames, type WebSocketLike } from './web-socket-frames.ts';
import type { z } from 'zod';

/** `open` makes a socket for a `ws:` or `wss:` address: `(url) => new WebSocket(url)`. */
export function webSocketDialer(open: (url: string) => WebSocketLike, clock: Clock = systemClock): Dialer {
  return {
    direct: ({ address, tls }, signal) => dial(open, clock, `${scheme(tls)}://${address}/ws`, null, signal),
    relay: ({ endpoint, tls, sessionId, token }, signal) => {
      const join: z.infer<typeof ClientJoin> = { t: 'join', version: RELAY_VERSION, sessionId, token };
      const url = `${scheme(tls)}://${endpoint}${RELAY_PATHS.client}`;
      return dial(open, clock, url, JSON.stringify(join), signal);
    },
  };
}

function scheme(tls: boolean): 'ws' | 'wss' {
  return tls ? 'wss' : 'ws';
}

function dial(
  open: (url: string) => WebSocketLike,
  clock: Clock,
  url: string,
  firstMessage: string | null,
  signal: AbortSignal,
): Promise<FrameSocket> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(new DialError('aborted', 'The attempt was given up.'));
    let socket: WebSocketLike;
    try {
      socket = open(url);
    } catch (cause) {
      const message = 'This page may not open a connection to that address: a page from https needs a wss address.';
      return reject(new DialError('blocked_by_page', message, { cause }));
    }
    const frames = webSocketFrames(socket, clock);
    const settle = (then: () => void): void => {
      cancelTimer();
      signal.removeEventListener('abort', onAbort);
      then();
    };
    const fail = (error: DialError): void =>
      settle(() => {
        frames.close(1000, '');
        reject(error);
      });
    const unreachable = (): void => fail(new DialError('unreachable', 'Nothing answered at this address.'));
    const onAbort = (): void => fail(new DialError('aborted', 'The attempt was given up.'));
    const cancelTimer = clock.after(DIAL_TIMEOUT_MS, unreachable);
    signal.addEventListener('abort', onAbort, { once: true });
    socket.addEventListener('error', unreachable);
    socket.addEventListener('close', unreachable);
    socket.addEventListener('open', () =>
      settle(() => {
        if (firstMessage !== null) socket.send(firstMessage);
        resolve(frames);
      }),
    );
  });
}
