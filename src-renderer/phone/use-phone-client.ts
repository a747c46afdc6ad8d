import { useEffect, useState } from 'react';
import type { DaemonClient } from '../../src-shared/client/daemon-client.ts';
import type { KnownDaemon } from '../../src-shared/client/known-daemon.ts';
import { phoneClient } from './phone-client.ts';
import type { PhoneStorage } from './storage/phone-storage.ts';
import { thisDevice } from './this-device.ts';

/** Stays connected to one daemon while the component is there; null for the first moment. Another `round` starts anew. */
export function usePhoneClient(storage: PhoneStorage, record: KnownDaemon, round: number): DaemonClient | null {
  const [client, setClient] = useState<DaemonClient | null>(null);
  useEffect(() => {
    let over = false;
    let current: DaemonClient | null = null;

    const open = async () => {
      const hello = await thisDevice();
      if (over) return;
      const opened = phoneClient(storage, record, hello);
      current = opened;
      opened.state.subscribe((state) => {
        // Another tab took this one for closed and went on in its place: go on under a new instance.
        if (state.state !== 'ended' || state.reason !== 'replaced' || over || current !== opened) return;
        current = null;
        void opened.stop();
        void open();
      });
      opened.start();
      setClient(opened);
    };
    const retry = () => {
      if (document.visibilityState === 'visible') current?.retryNow();
    };
    void open();
    window.addEventListener('online', retry);
    document.addEventListener('visibilitychange', retry);
    return () => {
      over = true;
      window.removeEventListener('online', retry);
      document.removeEventListener('visibilitychange', retry);
      setClient(null);
      void current?.stop();
    };
    // The keys of a record never change; newer routes reach the client by themselves.
  }, [storage, record, round]);
  return client;
}
