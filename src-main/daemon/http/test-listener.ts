import type { FrameSocket } from '../../../src-shared/channel/frame-socket.ts';
import type { Clock } from '../../../src-shared/clock.ts';
import type { Config } from '../../../src-shared/config/schema.ts';
import { Watched } from '../../../src-shared/watchable.ts';
import { collectingLogger } from '../../platform/logger.ts';
import { resolveConfig } from '../config/config-layer.ts';
import type { ConfigLayer } from '../config/config-layer.ts';
import { DirectListener } from './direct-listener.ts';

/** For tests: a direct listener on any free port of loopback, with what it was given and what came of it. */
export function testListener(
  options: { addresses?: readonly string[]; config?: ConfigLayer; webRoot?: string | null; clock?: Clock } = {},
) {
  const logger = collectingLogger();
  const config = new Watched<Config>(resolveConfig([options.config ?? {}], 'test'));
  const sockets: { readonly socket: FrameSocket; readonly source: string }[] = [];
  const listener = new DirectListener({
    addresses: options.addresses ?? ['127.0.0.1:0'],
    config,
    webRoot: options.webRoot ?? null,
    onSocket: (socket, { source }) => sockets.push({ socket, source }),
    logger,
    ...(options.clock ? { clock: options.clock } : {}),
  });
  return {
    listener,
    logger,
    sockets,
    configure: (layer: ConfigLayer) => config.set(resolveConfig([layer], 'test')),
    /** The port of the address at `index`. */
    port: (index = 0): number => {
      const state = listener.state.get()[index];
      return state?.state === 'listening' ? Number(/\d+$/.exec(state.address)![0]) : 0;
    },
  };
}
