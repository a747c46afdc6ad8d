import { MessageChannelMain, shell } from 'electron';
import type { WebFrameMain } from 'electron';
import { emitterPort, portConnection } from '../../src-shared/client/port-connection.ts';
import { CodedError } from '../../src-shared/coded-error.ts';
import type { InvokeResult } from '../../src-shared/ipc/contract.ts';
import { ConfigError } from '../daemon/config/config-error.ts';
import type { Daemon } from '../daemon/daemon.ts';
import type { AppWindows } from './app-windows.ts';
import type { DaemonHost } from './daemon-host.ts';
import { PORT_CHANNEL } from './ipc-channel.ts';
import type { IpcHandlers } from './ipc-server.ts';
import { localAddresses } from './local-addresses.ts';
import type { OfferClipboard } from './offer-clipboard.ts';
import type { ShownOffers } from './shown-offers.ts';
import { withPort } from './tray-menu.ts';

export interface IpcHandlerOptions {
  readonly host: DaemonHost;
  readonly windows: AppWindows;
  readonly offers: ShownOffers;
  readonly clipboard: OfferClipboard;
}

/** What the windows may ask of the app. */
export function ipcHandlers({ host, windows, offers, clipboard }: IpcHandlerOptions): IpcHandlers {
  return {
    appState: () => host.state.get(),
    openWindow: ({ window, agentId }) => {
      windows.open(window, agentId);
      return null;
    },
    connect: (_params, frame) => {
      connect(host.running(), frame);
      return null;
    },
    settings: () => host.running().settings.get(),
    changeSettings: (patch) => settingsResult(host.running(), (daemon) => daemon.changeSettings(patch)),
    localAddresses: () => localAddresses(),
    useOnNetwork: ({ address }) => settingsResult(host.running(), (daemon) => useOnNetwork(daemon, address)),
    createOffer: () => offers.create(host.running()),
    cancelOffer: async ({ offerId }) => {
      offers.cancel(host.running(), offerId);
      await clipboard.clear();
      return null;
    },
    copyOffer: async ({ offerId }) => {
      await clipboard.copy(offers.link(host.running(), offerId));
      return null;
    },
    openOffer: async ({ offerId }) => {
      await openInBrowser(offers.link(host.running(), offerId));
      return null;
    },
    confirmPairing: (answer) => {
      host.running().confirmPairing(answer);
      return null;
    },
    pairing: () => host.running().pairing.get(),
    devices: () => host.running().devices.get(),
    revokeDevice: async ({ deviceId }) => {
      await host.running().revokeDevice(deviceId);
      return null;
    },
    retryRelay: () => {
      host.running().retryRelay();
      return null;
    },
  };
}

class DesktopError extends CodedError<'unknown_address' | 'no_page'> {}

/** Hands the page one end of a new message port and the daemon the other. */
function connect(daemon: Daemon, frame: WebFrameMain): void {
  const { port1, port2 } = new MessageChannelMain();
  // Fails when the page has gone meanwhile; then the daemon gets no connection that nobody would end.
  frame.postMessage(PORT_CHANNEL, null, [port2]);
  daemon.acceptLocal(portConnection(emitterPort(port1)));
}

async function settingsResult(
  daemon: Daemon,
  change: (daemon: Daemon) => Promise<void>,
): Promise<InvokeResult<'changeSettings'>> {
  try {
    await change(daemon);
    return { ok: true, settings: daemon.settings.get() };
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    const field = error instanceof ConfigError ? error.field : 'listen';
    return { ok: false, field, code: String(error.code), message: error.message };
  }
}

async function useOnNetwork(daemon: Daemon, address: string): Promise<void> {
  if (!localAddresses().some((local) => local.address === address))
    throw new DesktopError(
      'unknown_address',
      `This computer does not have the address ${address} any more. Choose another.`,
    );
  const { listen } = daemon.settings.get();
  const wanted = withPort(address, listen[0] ?? '');
  if (!listen.includes(wanted)) await daemon.changeSettings({ listen: [...listen, wanted] });
}

/** The link was made by our daemon, so it may be http: it leads to the daemon's own page. */
async function openInBrowser(link: string): Promise<void> {
  if (!/^https?:\/\//.test(link))
    throw new DesktopError('no_page', 'There is no page to open: Paseo listens on no address. Set one in settings.');
  await shell.openExternal(link);
}
