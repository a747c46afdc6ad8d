import { contextBridge, ipcRenderer } from 'electron';
import type { DesktopApi, InvokeName, NotifyName } from '../../src-shared/ipc/contract.ts';
import { channelOf, type IpcAnswer, PORT_CHANNEL } from './ipc-channel.ts';

/** The calls and events that a page may name. Spelled out, so that the contract's zod schemas need not be loaded here. */
const INVOKES: Readonly<Record<InvokeName, true>> = {
  appState: true,
  openWindow: true,
  connect: true,
  settings: true,
  changeSettings: true,
  localAddresses: true,
  useOnNetwork: true,
  createOffer: true,
  cancelOffer: true,
  copyOffer: true,
  openOffer: true,
  confirmPairing: true,
  pairing: true,
  devices: true,
  revokeDevice: true,
  retryRelay: true,
};
const NOTIFIES: Readonly<Record<NotifyName, true>> = {
  appStateChanged: true,
  showAgent: true,
  settingsChanged: true,
  pairingChanged: true,
  devicesChanged: true,
};

type Listener = (payload: unknown) => void;

/** Events that came before the page listened: the newest of each waits for it. */
const early = new Map<string, unknown>();
const listeners = new Map<string, Set<Listener>>();

for (const name of Object.keys(NOTIFIES) as NotifyName[]) {
  const heard = new Set<Listener>();
  listeners.set(name, heard);
  ipcRenderer.on(channelOf(name), (_event, payload: unknown) => {
    if (heard.size === 0) early.set(name, payload);
    for (const listener of [...heard]) listener(payload);
  });
}

ipcRenderer.on(PORT_CHANNEL, (event) => {
  window.postMessage({ type: PORT_CHANNEL }, window.location.origin, [...event.ports]);
});

async function invoke(name: string, params: unknown): Promise<unknown> {
  if (!Object.hasOwn(INVOKES, name)) throw new Error(`There is no call ${String(name)}.`);
  const answer = (await ipcRenderer.invoke(channelOf(name as InvokeName), params)) as IpcAnswer;
  if (!answer.ok) throw new Error(answer.message);
  return answer.value;
}

function on(name: string, listener: Listener): () => void {
  const heard = listeners.get(name);
  if (!heard) throw new Error(`There is no event ${String(name)}.`);
  heard.add(listener);
  if (early.has(name)) {
    const payload = early.get(name);
    early.delete(name);
    queueMicrotask(() => listener(payload));
  }
  return () => void heard.delete(listener);
}

const api = { invoke, on } as DesktopApi;
contextBridge.exposeInMainWorld('paseo', api);
