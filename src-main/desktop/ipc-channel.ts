import type { InvokeName, NotifyName } from '../../src-shared/ipc/contract.ts';

/** The name under which Electron carries one message of the contract. */
export function channelOf(name: InvokeName | NotifyName): string {
  return `paseo:${name}`;
}

/** How a call is answered. Electron would turn an error of the main process into a text of its own. */
export type IpcAnswer =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly code: string; readonly message: string };

/** The message that brings a window its message port; the port rides along. */
export const PORT_CHANNEL = 'paseo-port';
