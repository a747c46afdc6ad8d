import type { AppWindows } from './app-windows.ts';
import type { DaemonHost } from './daemon-host.ts';

/** Tells the windows of every change. Returns the function that ends it. */
export function tellWindows(host: DaemonHost, windows: AppWindows): () => void {
  const unsubscribe = [host.state.subscribe((state) => windows.notify('appStateChanged', state))];
  let over = false;
  void host.start().then(() => {
    const { daemon } = host;
    if (daemon === null || over) return;
    unsubscribe.push(
      daemon.settings.subscribe((settings) => windows.notify('settingsChanged', settings)),
      daemon.pairing.subscribe((pairing) => windows.notify('pairingChanged', pairing)),
      daemon.devices.subscribe((devices) => windows.notify('devicesChanged', devices)),
    );
  });
  return () => {
    over = true;
    for (const end of unsubscribe) end();
  };
}
