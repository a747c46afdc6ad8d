import { Menu, Tray } from 'electron';
import type { MenuItemConstructorOptions, NativeImage } from 'electron';
import { TRAY_ADDRESSES_POLL_MS } from './limits.ts';
import type { DaemonHost } from './daemon-host.ts';
import { localAddresses } from './local-addresses.ts';
import { trayImage } from './tray-image.ts';
import { type TrayAction, type TrayItem, trayMenu } from './tray-menu.ts';
import { type TrayState, trayView } from './tray-state.ts';

export interface AppTrayOptions {
  readonly host: DaemonHost;
  readonly perform: (action: TrayAction) => Promise<void>;
}

/** The tray icon: shows the state, and its menu follows what happens. */
export class AppTray {
  readonly #options: AppTrayOptions;
  readonly #images = new Map<TrayState, NativeImage>();
  #tray: Tray | null = null;
  #shown = '';
  #timer: NodeJS.Timeout | null = null;
  #unsubscribe: (() => void)[] = [];

  constructor(options: AppTrayOptions) {
    this.#options = options;
  }

  start(): void {
    const { host } = this.#options;
    this.#tray = new Tray(this.#image('starting'));
    this.#tray.on('click', () => this.#perform({ do: 'open', window: 'agents', agentId: null }));
    this.#unsubscribe.push(host.state.subscribe(() => this.#update()));
    void host.start().then(() => this.#follow());
    this.#timer = setInterval(() => this.#update(), TRAY_ADDRESSES_POLL_MS);
    this.#update();
  }

  /** A tray that appeared after us does not always take in icons made before it. */
  recreate(): void {
    if (this.#tray === null) return;
    this.stop();
    this.#shown = '';
    this.start();
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    for (const unsubscribe of this.#unsubscribe.splice(0)) unsubscribe();
    this.#tray?.destroy();
    this.#tray = null;
  }

  #follow(): void {
    const { daemon } = this.#options.host;
    if (daemon === null || this.#tray === null) return;
    for (const source of [daemon.agents, daemon.devices, daemon.settings])
      this.#unsubscribe.push(source.subscribe(() => this.#update()));
    this.#update();
  }

  /** Touches the icon only when what it shows has changed: replacing a menu closes it. */
  #update(): void {
    const { host } = this.#options;
    if (this.#tray === null) return;
    const app = host.state.get();
    const agents = host.daemon?.agents.get() ?? [];
    const devices = host.daemon?.devices.get() ?? [];
    const settings = host.daemon?.settings.get() ?? null;
    const view = trayView({ app, agents, devices });
    const warnings = app.daemon?.warnings ?? [];
    const items = trayMenu({ view, agents, warnings, settings, local: localAddresses() });
    const shown = JSON.stringify([view, items]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#tray.setImage(this.#image(view.state));
    this.#tray.setToolTip(`Paseo: ${view.line}`);
    this.#tray.setContextMenu(
      // A question that is asked while the menu is still closing brings Electron down with the app's end.
      Menu.buildFromTemplate(
        items.map((item) => menuItem(item, (action) => setImmediate(() => this.#perform(action)))),
      ),
    );
  }

  #perform(action: TrayAction): void {
    void this.#options.perform(action).then(() => {
      if (action.do !== 'change') return;
      // The switch has already moved by itself, also when the change could not be made.
      this.#shown = '';
      this.#update();
    });
  }

  #image(state: TrayState): NativeImage {
    const image = this.#images.get(state) ?? trayImage(state);
    this.#images.set(state, image);
    return image;
  }
}

function menuItem(item: TrayItem, perform: (action: TrayAction) => void): MenuItemConstructorOptions {
  switch (item.type) {
    case 'separator':
      return { type: 'separator' };
    case 'label':
      return { label: literal(item.label), enabled: false };
    case 'action':
      return { label: literal(item.label), click: () => perform(item.action) };
    case 'check':
    case 'radio':
      return {
        type: item.type === 'check' ? 'checkbox' : 'radio',
        label: literal(item.label),
        checked: item.checked,
        enabled: item.enabled,
        click: () => perform(item.action),
      };
    case 'submenu':
      return {
        label: literal(item.label),
        enabled: item.enabled,
        submenu: item.items.map((child) => menuItem(child, perform)),
      };
  }
}

/** A menu reads `&` as "underline the next letter". */
function literal(label: string): string {
  return label.replaceAll('&', '&&');
}
