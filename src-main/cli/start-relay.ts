import { createRelay } from '../relay/create-relay.ts';
import type { CliContext } from './context.ts';
import type { JsonOption } from './options.ts';
import { print, printJson } from './output.ts';
import { stderrLogger } from './stderr-logger.ts';
import { aborted, stopSignals } from './stop-signals.ts';

export interface RelayOptions extends JsonOption {
  listen?: string[];
  name?: string[];
  trustForwardedFor?: boolean;
  verbose?: boolean;
}

/** Runs a relay in this process until it is asked to stop. */
export async function startRelay(options: RelayOptions & { listen: string[] }, context: CliContext): Promise<void> {
  const { signal, dispose } = stopSignals();
  const relay = createRelay({
    listen: options.listen,
    names: options.name ?? [],
    trustForwardedFor: options.trustForwardedFor === true,
    logger: stderrLogger(context.stderr, options.verbose === true ? 'debug' : 'info'),
  });
  try {
    const { listen } = await relay.start();
    if (options.json === true) printJson(context, { event: 'ready', pid: process.pid, listen });
    else print(context, `The relay listens on ${listen.join(', ')}. Ctrl-C stops it.`);
    await aborted(signal);
  } finally {
    await relay.stop();
    dispose();
  }
}
