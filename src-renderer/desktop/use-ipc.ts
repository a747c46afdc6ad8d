import { useEffect, useState } from 'react';
import type { DesktopApi, InvokeName, InvokeResult, NotifyName } from '../../src-shared/ipc/contract.ts';

/** Names that ask for a value and tell of its changes, and take no parameters. */
interface Watched {
  appState: 'appStateChanged';
  settings: 'settingsChanged';
  pairing: 'pairingChanged';
  devices: 'devicesChanged';
}
type WatchedName = keyof Watched & InvokeName;

export interface IpcValue<T> {
  readonly value: T | null;
  readonly failed: boolean;
}

/**
 * A value of the main process, kept up to date. `value` is null until the first answer. `ready` says when it can be asked
 * for: most values come from the daemon, which may still be starting.
 */
export function useIpc<K extends WatchedName>(api: DesktopApi, name: K, ready = true): IpcValue<InvokeResult<K>> {
  const [state, setState] = useState<IpcValue<InvokeResult<K>>>({ value: null, failed: false });
  useEffect(() => {
    if (!ready) return;
    let over = false;
    let changed = false;
    const end = api.on(CHANGES[name] satisfies NotifyName, (payload) => {
      changed = true;
      setState({ value: payload as InvokeResult<K>, failed: false });
    });
    api.invoke(name, null as never).then(
      (value) => {
        // A change that was told meanwhile is newer than this answer.
        if (!over && !changed) setState({ value, failed: false });
      },
      () => {
        if (!over) setState((before) => ({ ...before, failed: true }));
      },
    );
    return () => {
      over = true;
      end();
    };
  }, [api, name, ready]);
  return state;
}

const CHANGES: Watched = {
  appState: 'appStateChanged',
  settings: 'settingsChanged',
  pairing: 'pairingChanged',
  devices: 'devicesChanged',
};
