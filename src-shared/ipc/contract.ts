import { z } from 'zod';
import { SettingsPatch, SettingsView } from '../config/schema.ts';
import { Device } from '../devices.ts';
import { AgentId, DeviceId } from '../ids.ts';
import { ConfirmPairing, DaemonStatus, OpenOffer, PairingState } from '../wire/status.ts';

interface Invoke {
  kind: 'invoke';
  params: z.ZodType;
  result: z.ZodType;
}
interface Notify {
  kind: 'notify';
  payload: z.ZodType;
}
const invoke = <P extends z.ZodType, R extends z.ZodType>(shape: { params: P; result: R }) =>
  ({ kind: 'invoke', ...shape }) as const;
const notify = <P extends z.ZodType>(payload: P) => ({ kind: 'notify', payload }) as const;

const nothing = z.null();

/** A change that could not be made: which field, what is wrong and the fix. */
const SettingsResult = z.union([
  z.strictObject({ ok: z.literal(true), settings: SettingsView }),
  z.strictObject({ ok: z.literal(false), field: z.string(), code: z.string(), message: z.string() }),
]);

export const WindowName = z.enum(['agents', 'pairing', 'settings']);
export type WindowName = z.infer<typeof WindowName>;

/** A thing about this desktop that the person should know, with its fix. */
export const DesktopNotice = z.strictObject({
  code: z.enum(['no-tray', 'user-namespaces', 'wayland-only', 'root', 'old-runtime']),
  message: z.string(),
  fix: z.string(),
});
export type DesktopNotice = z.infer<typeof DesktopNotice>;

export const AppState = z.strictObject({
  version: z.string(),
  /** null until the daemon has started; `error` says why it could not. */
  daemon: DaemonStatus.nullable(),
  error: z.strictObject({ code: z.string(), message: z.string() }).nullable(),
  notices: z.array(DesktopNotice),
});
export type AppState = z.infer<typeof AppState>;

/** An address of this machine that the daemon could also listen on. */
const LocalAddress = z.strictObject({
  address: z.string(),
  kind: z.enum(['tailscale', 'network']),
  interface: z.string(),
});

/** Between the desktop's windows and its main process: what only the app can do. Agents go over the message port. */
export const ipc = {
  appState: invoke({ params: nothing, result: AppState }),
  appStateChanged: notify(AppState),
  openWindow: invoke({ params: z.strictObject({ window: WindowName, agentId: AgentId.nullable() }), result: nothing }),
  /** Asks for the message port that speaks the wire protocol; it arrives by `window.postMessage`. */
  connect: invoke({ params: nothing, result: nothing }),
  /** The agents window shall show this agent (the person chose it in the tray menu). */
  showAgent: notify(AgentId),
  settings: invoke({ params: nothing, result: SettingsView }),
  changeSettings: invoke({ params: SettingsPatch, result: SettingsResult }),
  settingsChanged: notify(SettingsView),
  localAddresses: invoke({ params: nothing, result: z.array(LocalAddress) }),
  /** "Use on this network": also listens on this address and makes the pairing link one that a phone can open. */
  useOnNetwork: invoke({ params: z.strictObject({ address: z.string() }), result: SettingsResult }),
  createOffer: invoke({ params: nothing, result: OpenOffer }),
  cancelOffer: invoke({ params: z.strictObject({ offerId: z.string() }), result: nothing }),
  /** Copies the link of an open offer; it leaves the clipboard after 60 s if it is still there. */
  copyOffer: invoke({ params: z.strictObject({ offerId: z.string() }), result: nothing }),
  /** Opens the link of an open offer in this computer's own browser. */
  openOffer: invoke({ params: z.strictObject({ offerId: z.string() }), result: nothing }),
  confirmPairing: invoke({ params: ConfirmPairing, result: nothing }),
  pairing: invoke({ params: nothing, result: PairingState }),
  pairingChanged: notify(PairingState),
  devices: invoke({ params: nothing, result: z.array(Device) }),
  devicesChanged: notify(z.array(Device)),
  revokeDevice: invoke({ params: z.strictObject({ deviceId: DeviceId }), result: nothing }),
  retryRelay: invoke({ params: nothing, result: nothing }),
} satisfies Record<string, Invoke | Notify>;

type IpcContract = typeof ipc;
export type InvokeName = {
  [K in keyof IpcContract]: IpcContract[K]['kind'] extends 'invoke' ? K : never;
}[keyof IpcContract];
export type NotifyName = {
  [K in keyof IpcContract]: IpcContract[K]['kind'] extends 'notify' ? K : never;
}[keyof IpcContract];
export type InvokeParams<K extends InvokeName> = z.infer<IpcContract[K]['params']>;
export type InvokeResult<K extends InvokeName> = z.infer<IpcContract[K]['result']>;
export type NotifyPayload<K extends NotifyName> = z.infer<IpcContract[K]['payload']>;

/** What the preload puts on `window.paseo`. */
export interface DesktopApi {
  invoke<K extends InvokeName>(name: K, params: InvokeParams<K>): Promise<InvokeResult<K>>;
  on<K extends NotifyName>(name: K, listener: (payload: NotifyPayload<K>) => void): () => void;
}
