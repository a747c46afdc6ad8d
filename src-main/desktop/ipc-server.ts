import type { IpcMain, IpcMainInvokeEvent, WebContents, WebFrameMain } from 'electron';
import { CodedError } from '../../src-shared/coded-error.ts';
import { ipc, type InvokeName, type InvokeParams, type InvokeResult } from '../../src-shared/ipc/contract.ts';
import { channelOf, type IpcAnswer } from './ipc-channel.ts';
import { UI_ORIGIN } from './ui-origin.ts';

/** One handler for every call of the contract: a missing one does not compile. */
export type IpcHandlers = {
  readonly [K in InvokeName]: (
    params: InvokeParams<K>,
    frame: WebFrameMain,
  ) => InvokeResult<K> | Promise<InvokeResult<K>>;
};

/**
 * Answers the windows' calls. Only the top frame of one of our own windows, showing our own page, is heard; then the parameters
 * must be what the contract says. Returns the function that ends it.
 */
export function serveIpc(
  ipcMain: IpcMain,
  handlers: IpcHandlers,
  isOurs: (contents: WebContents) => boolean,
): () => void {
  const names = Object.keys(handlers) as InvokeName[];
  for (const name of names) {
    ipcMain.handle(channelOf(name), async (event, ...args: unknown[]): Promise<IpcAnswer> => {
      const frame = trustedFrame(event, isOurs);
      if (frame === null) return { ok: false, code: 'forbidden', message: 'This page may not ask for that.' };
      return answer(handlers, name, args, frame);
    });
  }
  return () => {
    for (const name of names) ipcMain.removeHandler(channelOf(name));
  };
}

function trustedFrame(event: IpcMainInvokeEvent, isOurs: (contents: WebContents) => boolean): WebFrameMain | null {
  const frame = event.senderFrame;
  // A page that is gone has no frame any more.
  if (!frame || frame.parent !== null || frame.origin !== UI_ORIGIN) return null;
  return isOurs(event.sender) ? frame : null;
}

async function answer<K extends InvokeName>(
  handlers: IpcHandlers,
  name: K,
  args: readonly unknown[],
  frame: WebFrameMain,
): Promise<IpcAnswer> {
  const params = ipc[name].params.safeParse(args[0]);
  if (args.length !== 1 || !params.success)
    return { ok: false, code: 'bad_params', message: `The parameters of ${name} are not as agreed.` };
  try {
    return { ok: true, value: await handlers[name](params.data as InvokeParams<K>, frame) };
  } catch (error) {
    if (error instanceof CodedError) return { ok: false, code: String(error.code), message: error.message };
    process.stderr.write(
      `${name} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    return { ok: false, code: 'internal', message: 'Something went wrong in Paseo. Try again.' };
  }
}
