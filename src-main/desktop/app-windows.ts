import { join } from 'node:path';
import { BrowserWindow, nativeTheme } from 'electron';
import type { Session, WebContents } from 'electron';
import type { NotifyName, NotifyPayload, WindowName } from '../../src-shared/ipc/contract.ts';
import { channelOf } from './ipc-channel.ts';
import { UI_ORIGIN } from './ui-origin.ts';

export interface AppWindowsOptions {
  readonly session: Session;
  /** Folder of the built main process: the preload script and the icons. */
  readonly programFolder: string;
  readonly devTools: boolean;
  /** A window is gone; `last` when no other is open. */
  readonly onClosed: (name: WindowName, last: boolean) => void;
}

/** The app's windows, at most one of each. They are made hidden and shown when there is something to see. */
export class AppWindows {
  readonly #options: AppWindowsOptions;
  readonly #open = new Map<WindowName, BrowserWindow>();
  #over = false;

  constructor(options: AppWindowsOptions) {
    this.#options = options;
  }

  /** Opens the window or brings it to the front; `agentId` is what the agents window shall show. */
  open(name: WindowName, agentId: string | null = null): void {
    if (this.#over) return;
    const window = this.#open.get(name) ?? this.#create(name);
    if (window.isMinimized()) window.restore();
    if (window.isVisible()) window.focus();
    if (agentId === null) return;
    const show = (): void => window.webContents.send(channelOf('showAgent'), agentId);
    if (window.webContents.isLoading()) window.webContents.once('did-finish-load', show);
    else show();
  }

  /** Whether these are the contents of a window of ours. */
  owns(contents: WebContents): boolean {
    return [...this.#open.values()].some((window) => window.webContents === contents);
  }

  /** Tells every window. */
  notify<K extends NotifyName>(name: K, payload: NotifyPayload<K>): void {
    for (const window of this.#open.values()) window.webContents.send(channelOf(name), payload);
  }

  /** Destroys the windows without asking them; there are none after that. */
  closeAll(): void {
    this.#over = true;
    for (const window of [...this.#open.values()]) window.destroy();
  }

  #create(name: WindowName): BrowserWindow {
    const { session, programFolder, devTools, onClosed } = this.#options;
    const window = new BrowserWindow({
      ...FRAMES[name],
      show: false,
      icon: join(programFolder, 'icons/app/256x256.png'),
      // Until the page has drawn itself; its own background is the same.
      backgroundColor: nativeTheme.shouldUseDarkColors ? '#141416' : '#f6f6f7',
      webPreferences: {
        session,
        preload: join(programFolder, 'preload.cjs'),
        contextIsolation: true,
        sandbox: true,
        nodeIntegration: false,
        nodeIntegrationInWorker: false,
        nodeIntegrationInSubFrames: false,
        webSecurity: true,
        allowRunningInsecureContent: false,
        experimentalFeatures: false,
        webviewTag: false,
        navigateOnDragDrop: false,
        spellcheck: false,
        devTools,
      },
    });
    this.#open.set(name, window);
    // The code is for the person's own phone, not for a shared screen. Linux offers no such protection.
    if (name === 'pairing') window.setContentProtection(true);
    window.once('ready-to-show', () => {
      window.show();
      window.focus();
    });
    window.once('closed', () => {
      this.#open.delete(name);
      if (!this.#over) onClosed(name, this.#open.size === 0);
    });
    window.webContents.on('render-process-gone', (_event, { reason }) => {
      if (reason !== 'clean-exit' && !window.isDestroyed()) window.destroy();
    });
    window.loadURL(`${UI_ORIGIN}/${name}.html`).catch((error: unknown) => {
      if (!window.isDestroyed()) process.stderr.write(`The ${name} window could not be loaded: ${String(error)}\n`);
    });
    return window;
  }
}

/** Sizes of the contents, in the units of the screen. */
const FRAMES = {
  agents: { title: 'Paseo', width: 960, height: 640, minWidth: 720, minHeight: 480, useContentSize: true },
  pairing: {
    title: 'Pair phone',
    width: 360,
    height: 520,
    useContentSize: true,
    resizable: false,
    maximizable: false,
    fullscreenable: false,
  },
  settings: { title: 'Settings', width: 760, height: 600, minWidth: 560, minHeight: 400, useContentSize: true },
} as const satisfies Record<WindowName, Electron.BrowserWindowConstructorOptions>;
