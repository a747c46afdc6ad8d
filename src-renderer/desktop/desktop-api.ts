import type { DesktopApi } from '../../src-shared/ipc/contract.ts';

declare global {
  interface Window {
    /** Put there by the preload script. */
    readonly paseo?: DesktopApi;
  }
}

/** The typed IPC of this window. Throws when the page is not in the desktop app. */
export function desktopApi(): DesktopApi {
  if (!window.paseo) throw new Error('This page belongs to the Paseo desktop app. Open it from the tray menu.');
  return window.paseo;
}
