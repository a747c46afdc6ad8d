import type { CliContext } from './context.ts';
import { withDaemon } from './daemon-session.ts';
import type { TargetOptions } from './options.ts';
import { print, printJson } from './output.ts';
import { statusText } from './status-text.ts';

export async function daemonStatus(options: TargetOptions, context: CliContext): Promise<void> {
  await withDaemon(options, context, async ({ client }) => {
    const status = await client.query('daemon.status', {});
    if (options.json === true) printJson(context, status);
    else print(context, statusText(status));
  });
}
