import type { Command } from 'commander';
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
    .option('--name <name>', 'host[:port] that daemons dial it by, may be repeated (default: its addresses)', collect)
    .option('--trust-forwarded-for', 'believe X-Forwarded-For; only behind a proxy that writes it')
    .option('--verbose', 'log more')
    .action(async (options: RelayOptions) => {
      const { startRelay } = await import('./start-relay.ts');
      await startRelay({ listen: [DEFAULT_LISTEN], ...options }, context);
    });
}
