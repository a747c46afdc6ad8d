import { ListenAddress } from '../../src-shared/config/schema.ts';
import { backgroundDaemon } from './background-daemon.ts';
import { UsageError } from './cli-error.ts';
import { type CliContext, commandName } from './context.ts';
import { chosenHome, type HomeOption, type JsonOption } from './options.ts';
import { print, printJson } from './output.ts';

export interface StartOptions extends JsonOption, HomeOption {
  foreground?: boolean;
  listen?: string[];
  attended?: boolean;
}

export async function startDaemon(options: StartOptions, context: CliContext): Promise<void> {
  const { listen, attended = false, json = false } = options;
  for (const address of listen ?? [])
    if (!ListenAddress.safeParse(address).success)
      throw new UsageError(`--listen takes host:port, a port, or the absolute path of a socket, not "${address}".`);
  const start = { home: chosenHome(options, context), listen, attended };
  if (options.foreground === true) {
    // The daemon is most of this program; no other command has to wait until it is read.
    const { foregroundDaemon } = await import('./foreground-daemon.ts');
    return foregroundDaemon({ ...start, json }, context);
  }
  const ready = await backgroundDaemon(start, context);
  if (json) return printJson(context, ready);
  const paseo = commandName(context);
  print(
    context,
    `Paseo runs in the background (process ${ready.pid}).\n` +
      `  Home       ${ready.home}\n` +
      `  Listening  ${ready.listen.join(', ') || 'on its own socket only'}\n` +
      `Pair a phone:  ${paseo} daemon pair\nStop it:       ${paseo} daemon stop`,
  );
}
