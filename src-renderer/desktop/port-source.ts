import { z } from 'zod';
import type { ConnectionSource } from '../../src-shared/client/client-state.ts';
import { browserPort, portConnection } from '../../src-shared/client/port-connection.ts';
import type { DesktopApi } from '../../src-shared/ipc/contract.ts';

const PortMessage = z.strictObject({ type: z.literal('paseo-port') });

/**
 * Connections over the message port that the preload hands over: it posts `{type: 'paseo-port'}` with the port to this very
 * window after `connect` was asked for.
 */
export function portSource(api: DesktopApi): ConnectionSource {
  return async (signal) => {
    signal.throwIfAborted();
    const waiting = new AbortController();
    const end = AbortSignal.any([signal, waiting.signal]);
    try {
      const port = nextPort(end);
      await api.invoke('connect', null);
      return portConnection(browserPort(await port));
    } finally {
      waiting.abort();
    }
  };
}

function nextPort(signal: AbortSignal): Promise<MessagePort> {
  const port = new Promise<MessagePort>((resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Error('The connection was given up.')), { once: true });
    window.addEventListener(
      'message',
      (event: MessageEvent<unknown>) => {
        const offered = event.ports[0];
        if (event.source === window && offered && PortMessage.safeParse(event.data).success) resolve(offered);
      },
      { signal },
    );
  });
  // When asking for the port fails nobody waits for it any more.
  port.catch(() => {});
  return port;
}
