import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ConfirmPairing } from '../../src-shared/wire/status.ts';
import { createDaemon } from '../daemon/create-daemon.ts';
import { runtimePaths } from '../platform/runtime-paths.ts';
import { createRelay } from '../relay/create-relay.ts';
import { type DaemonStart, isBackground, tellStarter } from './background-daemon.ts';
import { canAsk, type CliContext, commandName } from './context.ts';
import { failureOf } from './failure.ts';
import { note, print, printJson } from './output.ts';
import { attendPairing, showOffer } from './pairing-screen.ts';
import { readyMessage } from './ready-message.ts';
import { statusText } from './status-text.ts';
import { aborted, stopSignals } from './stop-signals.ts';

type Daemon = Awaited<ReturnType<typeof createDaemon>>;

/** Runs the daemon in this process until it is asked to stop. */
export async function foregroundDaemon(
  start: DaemonStart & { readonly json: boolean },
  context: CliContext,
): Promise<void> {
  const { signal, dispose } = stopSignals();
  const background = isBackground(context);
  let daemon: Daemon | null = null;
  let agents: Awaited<Daemon['stopRequested']> = null;
  try {
    daemon = await createDaemon({
      home: start.home,
      env: context.env,
      flags: { listen: start.listen },
      kind: 'headless',
      attended: start.attended,
      webRoot: webClient(context.script),
      version: context.version,
      runtime: runtimePaths({
        dist: join(dirname(context.script), '..'),
        resources: null,
        env: context.env,
        node: process.execPath,
      }),
      loginShell: false,
      // On a terminal a person reads, and the log is in the home anyway.
      logToStderr: !background && !context.stderr.isTTY,
      embeddedRelay: (port, logger) => createRelay({ listen: [`127.0.0.1:${port}`], names: [], logger }),
    });
    const ready = readyMessage(daemon.status.get());
    if (background) await tellStarter(ready);
    else if (start.json) printJson(context, ready);
    else await welcome(daemon, start, signal, context);
    agents = (await Promise.race([aborted(signal), daemon.stopRequested])) ?? null;
    if (!background && !start.json) note(context, 'Stopping…');
  } catch (error) {
    if (background) await tellStarter({ event: 'failed', ...failureOf(error) });
    throw error;
  } finally {
    await daemon?.stop({ agents });
    dispose();
  }
}

/** The built web client, which lies beside the built programs; null when there is none. */
function webClient(script: string): string | null {
  const folder = join(dirname(script), '../phone');
  return existsSync(join(folder, 'index.html')) ? folder : null;
}

async function welcome(
  daemon: Daemon,
  { attended }: DaemonStart,
  signal: AbortSignal,
  context: CliContext,
): Promise<void> {
  print(context, `${statusText(daemon.status.get())}\n`);
  const more = `${commandName(context)} daemon pair`;
  if (!context.stdout.isTTY) return print(context, `Pair a phone: ${more}`);
  try {
    showOffer(daemon.createOffer(null), context);
  } catch (error) {
    // Nothing that a link could lead to. The daemon is of use to this computer all the same.
    return note(context, failureOf(error).message);
  }
  print(context, `Another code: ${more}    Stop: Ctrl-C`);
  if (!attended) return;
  if (!canAsk(context)) return note(context, `To confirm a device, run this in a terminal: ${more} --attended`);
  const pairing = {
    state: daemon.pairing,
    confirm: (answer: ConfirmPairing) => daemon.confirmPairing(answer),
  };
  attendPairing(pairing, null, signal, context).catch((error: unknown) => {
    if (!signal.aborted) note(context, failureOf(error).message);
  });
}
