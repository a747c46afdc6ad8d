import type { WindowName } from '../../src-shared/ipc/contract.ts';
import type { AppWindows } from './app-windows.ts';
import type { DaemonHost } from './daemon-host.ts';
import type { DesktopProbe } from './desktop-probe.ts';
import type { TrayAction } from './tray-menu.ts';

export interface ActionsOptions {
  readonly host: DaemonHost;
  readonly probe: DesktopProbe;
  readonly windows: AppWindows;
  readonly quit: () => void;
  readonly showError: (message: string, detail: string) => void;
}

/** What a person can ask for without a window: from the tray's menu, or by starting the app again. */
export class Actions {
  readonly #options: ActionsOptions;

  constructor(options: ActionsOptions) {
    this.#options = options;
  }

  /** The daemon listens, or has failed to, before there is any window. */
  async open(window: WindowName, agentId: string | null = null): Promise<void> {
    await this.#options.host.start();
    this.#options.windows.open(window, agentId);
  }

  /** A person who has set nothing up yet, who has no tray, or whose daemon did not start, must see a window. */
  async openAtStart(): Promise<void> {
    const { host, probe } = this.#options;
    await host.start();
    const { daemon } = host;
    const fresh = daemon !== null && daemon.devices.get().length === 0 && daemon.agents.get().length === 0;
    if (daemon === null || fresh || !probe.trayHost) await this.open('agents');
  }

  /** A device that waits for the six digits must be seen, whoever made its offer. Returns the function that ends it. */
  answerTheDoor(): () => void {
    let over = false;
    let end = (): void => undefined;
    const { host, windows } = this.#options;
    void host.start().then(() => {
      if (over || host.daemon === null) return;
      let known = new Set<string>();
      end = host.daemon.pairing.subscribe(({ pending }) => {
        const arrived = pending.some(({ offerId }) => !known.has(offerId));
        known = new Set(pending.map(({ offerId }) => offerId));
        if (arrived) windows.open('pairing', null);
      });
    });
    return () => {
      over = true;
      end();
    };
  }

  async perform(action: TrayAction): Promise<void> {
    const { host, quit, showError } = this.#options;
    switch (action.do) {
      case 'open':
        return this.open(action.window, action.agentId);
      case 'change':
        try {
          await host.running().changeSettings(action.patch);
        } catch (error) {
          showError('The setting was not changed.', error instanceof Error ? error.message : String(error));
        }
        return;
      case 'answer':
        try {
          await host.running().answerPermission(action.agentId, action.requestId, action.optionId);
        } catch (error) {
          showError('The request was not answered.', error instanceof Error ? error.message : String(error));
        }
        return;
      case 'quit':
        return quit();
    }
  }
}
