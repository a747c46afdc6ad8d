import type { Watchable } from '../../../src-shared/watchable.ts';
import type { DaemonStatus } from '../../../src-shared/wire/status.ts';
import type { Handlers } from './handlers.ts';

export interface DaemonService {
  readonly status: Watchable<DaemonStatus>;
  /** Asks for the end; whoever started the daemon stops it. `agents`: whether working ones go on; null: as configured. */
  stopDaemon(agents: 'keep' | 'stop' | null): void;
}

type DaemonMethods = 'daemon.status' | 'daemon.stop';

export function daemonHandlers(daemon: DaemonService): Handlers<DaemonMethods> {
  return {
    'daemon.status': () => daemon.status.get(),
    'daemon.stop': ({ agents }, caller) => {
      caller.afterAnswer(() => daemon.stopDaemon(agents));
      return {};
    },
  };
}
