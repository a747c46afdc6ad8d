import type { Watchable } from '../../../src-shared/watchable.ts';
import type { DaemonStatus } from '../../../src-shared/wire/status.ts';
import type { Handlers } from './handlers.ts';

export interface DaemonService {
  readonly status: Watchable<DaemonStatus>;
  /** Asks for the end; whoever started the daemon stops it. */
  stopDaemon(): void;
}

type DaemonMethods = 'daemon.status' | 'daemon.stop';

export function daemonHandlers(daemon: DaemonService): Handlers<DaemonMethods> {
  return {
    'daemon.status': () => daemon.status.get(),
    'daemon.stop': (_, caller) => {
      caller.afterAnswer(() => daemon.stopDaemon());
      return {};
    },
  };
}
