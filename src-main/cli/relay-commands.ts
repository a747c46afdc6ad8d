import { type Command, InvalidArgumentError } from 'commander';
import type { CliContext } from './context.ts';
import { collect, withJson } from './options.ts';
import type { RelayOptions } from './start-relay.ts';

const DEFAULT_LISTEN = '127.0.0.1:6768';

export function addRelayCommands(root: Command, context: CliContext): void {
  const relay = root
    .command('relay')
    .description('the relay that joins phones with daemons; it cannot read what they say');
  withJson(relay.command('start'))
    .description('run a relay until Ctrl-C')
    .option('--listen <addr>', `host:port to listen on, may be repeated (default: ${DEFAULT_LISTEN})`, collect)
    .option('--name <name>', 'host[:port] that daemons dial it by, may be repeated (default: its addresses)', relayName)
    .option('--trust-forwarded-for', 'believe X-Forwarded-For; only behind a proxy that writes it')
    .option('--verbose', 'log more')
    .action(async (options: RelayOptions) => {
      const { startRelay } = await import('./start-relay.ts');
      await startRelay({ listen: [DEFAULT_LISTEN], ...options }, context);
    });
}

/** A name that no daemon could dial would only look as if it helped. */
function relayName(value: string, before: string[] | undefined): string[] {
  if (!/^(\[[0-9a-f:.]+\]|[a-z0-9_]([a-z0-9._-]*[a-z0-9_])?)(:[0-9]{1,5})?$/i.test(value))
    throw new InvalidArgumentError('It takes a name such as relay.example.com or relay.example.com:6768.');
  return collect(value, before);
}
