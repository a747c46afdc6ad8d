import { dialog } from 'electron';
import type { DaemonHost } from './daemon-host.ts';
import type { DesktopProbe } from './desktop-probe.ts';

export interface LastWindowOptions {
  readonly host: DaemonHost;
  readonly probe: DesktopProbe;
  readonly quit: () => void;
  readonly ask?: () => Promise<boolean>;
}

/**
 * What closing the last window means. With a tray: nothing, the app lives there. Without one nothing of it would be left to see,
 * so the person is asked, once; and an app whose daemon never started has no reason to stay.
 */
export class LastWindow {
  readonly #options: LastWindowOptions;
  #asked = false;

  constructor(options: LastWindowOptions) {
    this.#options = options;
  }

  async closed(): Promise<void> {
    const { host, probe, quit, ask = askToQuit } = this.#options;
    if (host.state.get().error !== null) return quit();
    await probe.look();
    if (probe.trayHost || this.#asked) return;
    this.#asked = true;
    if (await ask()) quit();
  }
}

/** Resolves with whether to quit. */
async function askToQuit(): Promise<boolean> {
  const { response } = await dialog.showMessageBox({
    type: 'question',
    title: 'Paseo',
    message: 'Keep Paseo running?',
    detail:
      'This desktop shows no tray icon. Paseo can go on without a window, so that your agents and your phone stay connected. ' +
      'Start Paseo again to open the window.',
    buttons: ['Quit Paseo', 'Keep running'],
    defaultId: 1,
    cancelId: 1,
    noLink: true,
  });
  return response === 0;
}
